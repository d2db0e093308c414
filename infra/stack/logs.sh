#!/usr/bin/env bash
# make logs: follows both permanent containers; what functions write comes with the launcher's lines.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

[ -n "$(permanent launcher --all)" ] || fail 'Nothing is running.' "There is no stack named $STACK." 'make run'

follow() { docker logs --follow --tail 100 "$(permanent "$1" --all)" 2>&1 | node infra/stack/readable.mts "$1"; }

follow database &
follow launcher
wait
