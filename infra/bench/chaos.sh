#!/usr/bin/env bash
# make chaos: injects faults under a steady load of votes, on a stack of its own that is removed in any case, and counts lost votes.
# A running demo is not touched, unless infra/engine started the engine: then a restart of the engine is one of the faults.
#
#   chaos.sh [--trials=5] [--only=database,web]     ENGINE_RESTART=0 leaves the engine alone
#                                                   IMAGE_TAG=latest uses existing images, and builds none
set -euo pipefail

BENCH_STACK=${BENCH_STACK:-serverless-vote-chaos}
DEFAULT_TAG=chaos
. "$(dirname "${BASH_SOURCE[0]}")/own-stacks.sh"
stacks=("$BENCH_STACK")
# Also needed to remove the stack, because the relay to the engine is part of it.
export COMPOSE_FILE=docker-compose.yml:infra/bench/chaos.compose.yml

make_ready misbehave
mkdir -p .cache/bench
esbuild infra/bench/src/chaos/hostile.program.ts --bundle --platform=node --external:pg-native --log-level=warning \
  --outfile=.cache/bench/hostile.cjs
step hostile infra/images/build.sh hostile
# Programs that nobody here wrote: AWS' bootstrap and the Python interpreter.
step programs infra/images/samples.sh lambda-bash
python=$(infra/images/base.sh python)
PYTHON_IMAGE=${python#*=} SERVICES=../../../../infra/bench/others-services.json node apps/launcher/integration/functions/catalog.mts \
  ../../../../infra/bench/hostile.json ../../../../infra/bench/others.json >.cache/bench/chaos-catalog.json
# 5,000 viewers, and all other open files.
ulimit -n 16384 2>/dev/null || true
run_on_own_stacks infra/bench/src/chaos/main.ts "$@"
