#!/usr/bin/env bash
# make bench: measures the whole table on stacks of its own, which go whatever happens. A running demo is not touched.
#
#   bench.sh [--quick]     IMAGE_TAG=latest measures images that are there already, and builds none
set -euo pipefail

BENCH_STACK=${BENCH_STACK:-serverless-vote-bench}
DEFAULT_TAG=bench
. "$(dirname "${BASH_SOURCE[0]}")/own-stacks.sh"
stacks=("$BENCH_STACK" "$BENCH_STACK-cold" "$BENCH_STACK-large")

make_ready
run_on_own_stacks infra/bench/src/main.ts "$@"
