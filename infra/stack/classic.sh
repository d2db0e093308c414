#!/usr/bin/env bash
# make classic: the classic voting application next to the stack, or without it: five containers on a network of their own.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"

export CLASSIC_PORT=${CLASSIC_PORT:-8081} CLASSIC_RESULTS_PORT=${CLASSIC_RESULTS_PORT:-8082}

check_classic_ports() {
  local name
  for name in CLASSIC_PORT CLASSIC_RESULTS_PORT; do
    [ -z "$(docker ps --quiet --filter "label=org.serverless-vote.classic=$STACK" --filter "publish=${!name}")" ] || continue
    ! (exec 4<>"/dev/tcp/127.0.0.1/${!name}") 2>/dev/null || port_is_taken "$name" "${!name}" $((${!name} + 10)) 'make classic'
  done
  note "$CLASSIC_PORT and $CLASSIC_RESULTS_PORT"
}

start_classic() {
  progress 'compose up'
  classic up --detach 2>&1
  local deadline=$((SECONDS + 60))
  until is_classic_ready; do
    [ $SECONDS -lt $deadline ] || fail 'The classic application is not ready after 60 s.' "$(classic logs --tail 5 2>&1)" 'make classic-stop, then make classic'
    sleep 0.3
  done
  note 'vote, redis, worker, db, result'
}

is_classic_ready() {
  answers "http://127.0.0.1:$CLASSIC_PORT/" && answers "http://127.0.0.1:$CLASSIC_RESULTS_PORT/" &&
    classic logs worker 2>/dev/null | grep -q 'Connected to db and redis'
}

check_settings
step engine "$ROOT/infra/engine/engine.sh"
step ports check_classic_ports
step packages install_packages
step images bring_classic_images
name_classic_images
step classic start_classic

say "
    Vote      http://localhost:$CLASSIC_PORT
    Results   http://localhost:$CLASSIC_RESULTS_PORT

    make classic-stop removes it, with its votes.
"
