#!/usr/bin/env bash
# make monitor-stop: ends Prometheus and Grafana. The stack goes on, and what they recorded stays.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"

stop() {
  stop_watching
  note 'stopped; the recorded data is kept'
}

step monitor stop
