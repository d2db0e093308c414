#!/usr/bin/env bash
# make bench: measures the whole table on stacks of its own, which are removed in any case. A running demo is not touched.
#
#   bench.sh [--quick]     IMAGE_TAG=latest measures existing images, and builds none
#
# Installs a browser only for the rows that need one.
set -euo pipefail

BENCH_STACK=${BENCH_STACK:-serverless-vote-bench}
DEFAULT_TAG=bench
. "$(dirname "${BASH_SOURCE[0]}")/own-stacks.sh"
stacks=("$BENCH_STACK" "$BENCH_STACK-cold" "$BENCH_STACK-large")

needs_chromium() {
  local argument
  for argument in "$@"; do
    case $argument in
      --quick) return 1 ;;
      --only=*) case ,${argument#--only=}, in *,visible,* | *,stage,* | *,pages,*) ;; *) return 1 ;; esac ;;
    esac
  done
}

chromium() {
  WHAT_FOR='The rows of pages' "$ROOT/infra/stack/chromium.sh" >"$ROOT/.cache/chromium"
  note "$(cat "$ROOT/.cache/chromium")"
}

make_ready
if needs_chromium "$@"; then
  # Without a browser only these rows are missing.
  GO_ON=1 step chromium chromium
  if [ "$step_status" -eq 0 ]; then CHROMIUM_PATH=$(cat "$ROOT/.cache/chromium") && export CHROMIUM_PATH; fi
fi
run_on_own_stacks infra/bench/src/main.ts "$@"
