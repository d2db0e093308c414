#!/usr/bin/env bash
# make compare: the classic application and ours, measured in turns, on stacks of their own that are removed in any case.
#
#   compare.sh [--quick]     IMAGE_TAG=latest measures existing images of ours, and builds none
set -euo pipefail

BENCH_STACK=${BENCH_STACK:-serverless-vote-compare}
DEFAULT_TAG=compare
. "$(dirname "${BASH_SOURCE[0]}")/own-stacks.sh"
stacks=("$BENCH_STACK")

take_all_down() {
  # Frozen containers can't be stopped.
  docker ps --quiet --filter "label=org.serverless-vote.classic=$BENCH_STACK" --filter status=paused | xargs docker unpause 2>/dev/null || true
  STACK=$BENCH_STACK classic down --volumes --timeout 5
  take_stacks_down "$@"
}

make_ready
step classic bring_classic_images
name_classic_images
run_on_own_stacks infra/bench/src/compare/main.ts "$@"
