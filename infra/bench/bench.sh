#!/usr/bin/env bash
# make bench: measures the whole table on stacks of its own, which go whatever happens. A running demo is not touched.
#
#   bench.sh [--quick]     IMAGE_TAG=latest measures images that are there already, and builds none
set -euo pipefail

# The settings of somebody's demo are none of ours.
unset PORT BIND CONTROL_PORT PUBLIC_URL POLL_QUESTION POLL_OPTIONS LIVE LOG_LEVEL CONTROL_HOSTS COMPOSE_FILE
export WITHOUT_ENV_FILE=1 BENCH_STACK=${BENCH_STACK:-serverless-vote-bench}
export STACK=$BENCH_STACK
given_tag=${IMAGE_TAG:-}
export IMAGE_TAG=${IMAGE_TAG:-bench}

. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"

stacks=("$BENCH_STACK" "$BENCH_STACK-cold" "$BENCH_STACK-large")
running=$ROOT/.cache/bench/running
bench=
begun=

take_all_down() {
  progress 'removing every stack of the bench'
  local stack pids=()
  for stack in "${stacks[@]}"; do
    STACK=$stack take_down --volumes &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
  note "${1:-nothing of the bench is left}"
}

finish() {
  local status=$?
  trap '' INT TERM
  if [ -n "$bench" ]; then
    kill -TERM "$bench" 2>/dev/null || true
    wait "$bench" 2>/dev/null || true
  fi
  if [ -n "$begun" ]; then
    GO_ON=1 step down take_all_down
    rm -f "$running"
    [ "${step_status:-0}" -eq 0 ] || status=1
  fi
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

images_are_there() {
  local name
  for name in launcher web database $(node -p 'Object.keys(JSON.parse(fs.readFileSync("functions/catalog.json")).functions).join(" ")'); do
    docker image inspect "serverless-vote/$name:$IMAGE_TAG" >/dev/null 2>&1 || return 1
  done
}

step engine "$ROOT/infra/engine/engine.sh"
step packages install_packages
if [ -z "$given_tag" ] || ! images_are_there; then
  step build build
  step images "$ROOT/infra/images/build.sh"
fi
bases=$("$ROOT/infra/images/base.sh")
export NODE_IMAGE
NODE_IMAGE=$(sed -n 's/^NODE_IMAGE=//p' <<<"$bases")

mkdir -p "$ROOT/.cache/bench"
if [ -e "$running" ] && kill -0 "$(cat "$running")" 2>/dev/null; then
  fail 'Another bench is running.' "Process $(cat "$running"), with stacks of the same names." 'Wait for it, or stop it.'
fi
echo $$ >"$running"
begun=yes
make_secret
step remains take_all_down 'nothing of an earlier run'

node infra/bench/src/main.ts "$@" &
bench=$!
status=0
wait "$bench" || status=$?
bench=
exit $status
