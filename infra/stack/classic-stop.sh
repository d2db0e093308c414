#!/usr/bin/env bash
# make classic-stop: removes the classic voting application, with its votes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

stop() {
  docker version >/dev/null 2>&1 || fail 'Docker does not answer.' 'Either nothing is running, or you may not use Docker.' 'make doctor says which.'
  classic down --volumes --timeout 10 2>&1
  note 'removed, with its votes'
}

step classic stop
