#!/usr/bin/env bash
# make bench SWARM=1: three nodes against one machine, interleaved, on a stack and a cluster of their own that are removed in any case.
#
#   swarm.sh [--quick]     IMAGE_TAG=latest measures existing images, and builds none
set -euo pipefail

BENCH_STACK=${BENCH_STACK:-serverless-vote-bench}
DEFAULT_TAG=bench
. "$(dirname "${BASH_SOURCE[0]}")/own-stacks.sh"
stacks=("$BENCH_STACK")

take_all_down() {
  STACK=$BENCH_STACK-swarm infra/bench/cluster.sh down
  take_stacks_down "$@"
}

make_ready
run_on_own_stacks infra/bench/src/swarm/main.ts "$@"
