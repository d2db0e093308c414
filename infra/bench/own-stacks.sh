# Shared by bench.sh and chaos.sh: stacks of their own, which are removed in any case. Sourced by them, after
# BENCH_STACK and the default of IMAGE_TAG are set.

. "$(dirname "${BASH_SOURCE[0]}")/../stack/launcher-settings.sh"
forget_settings
export BENCH_STACK
export STACK=$BENCH_STACK
given_tag=${IMAGE_TAG:-}
export IMAGE_TAG=${IMAGE_TAG:-$DEFAULT_TAG}

. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"

running=$ROOT/.cache/bench/$BENCH_STACK.running
# Repeats the program's summary after everything has been removed.
export LAST_LINE=$ROOT/.cache/bench/$BENCH_STACK.last
program=
begun=

take_stacks_down() {
  progress 'removing every stack of its own'
  local stack pids=()
  for stack in "${stacks[@]}"; do
    STACK=$stack take_down --volumes &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
  note "${1:-nothing of it is left}"
}

# A script that has more to remove redefines this.
take_all_down() { take_stacks_down "$@"; }

finish() {
  local status=$?
  trap '' INT TERM
  if [ -n "$program" ]; then
    kill -TERM "$program" 2>/dev/null || true
    wait "$program" 2>/dev/null || true
  fi
  if [ -n "$begun" ]; then
    # A chaos run may have been interrupted while the engine was down.
    GO_ON=1 step engine "$ROOT/infra/engine/engine.sh"
    GO_ON=1 step down take_all_down
    rm -f "$running"
    [ "${step_status:-0}" -eq 0 ] || status=1
    [ ! -s "$LAST_LINE" ] || say "$(cat "$LAST_LINE")"
    rm -f "$LAST_LINE"
  fi
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

functions() { node infra/images/functions.mts | cut -d' ' -f1; }

images_are_there() {
  local name
  for name in launcher web database $(functions) "$@"; do
    docker image inspect "serverless-vote/$name:$IMAGE_TAG" >/dev/null 2>&1 || return 1
  done
}

# make_ready <further image…>: engine, packages, images
make_ready() {
  step engine "$ROOT/infra/engine/engine.sh"
  step packages install_packages
  if [ -z "$given_tag" ] || ! images_are_there "$@"; then
    step build build
    step images "$ROOT/infra/images/build.sh"
    [ $# -eq 0 ] || step "$1" "$ROOT/infra/images/build.sh" "$@"
  fi
  local bases
  bases=$("$ROOT/infra/images/base.sh")
  export NODE_IMAGE
  NODE_IMAGE=$(sed -n 's/^NODE_IMAGE=//p' <<<"$bases")
}

# run_on_own_stacks <program> <arguments…>: never returns
run_on_own_stacks() {
  mkdir -p "$ROOT/.cache/bench"
  if [ -e "$running" ] && kill -0 "$(cat "$running")" 2>/dev/null; then
    fail 'Another one is running.' "Process $(cat "$running"), with stacks of the same names." 'Wait for it, or stop it.'
  fi
  echo $$ >"$running"
  rm -f "$LAST_LINE"
  begun=yes
  make_secret
  step remains take_all_down 'nothing of an earlier run'
  node "$@" &
  program=$!
  local status=0
  wait "$program" || status=$?
  program=
  exit $status
}
