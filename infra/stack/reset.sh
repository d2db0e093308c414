#!/usr/bin/env bash
# make reset: deletes all votes; asks first, unless YES=1. Open results pages show it at once.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
. "$ROOT/infra/stack/guard.sh"

lock_stack 'make reset'
check_clone 'make reset' "$(permanent launcher --all 2>/dev/null || true)"

if [ "${YES:-}" != 1 ]; then
  somebody_is_there || fail 'There is no terminal to confirm this at.' 'All votes would be deleted.' 'make reset YES=1'
  ask "All votes of $STACK will be deleted. Continue?" || exit 1
fi

reset() {
  docker version >/dev/null 2>&1 || fail 'Docker does not answer.' 'Without it the votes cannot be reached.' 'make doctor'
  if [ -n "$(permanent launcher)" ]; then
    empty_running_stack
    note 'no votes; open pages show it'
  elif [ -n "$(ours --all)" ]; then
    fail 'The stack is half up.' 'Its launcher does not run, so the votes cannot be reached.' 'make run, or make stop; then make reset'
  elif docker volume inspect "${STACK}_postgres-data" >/dev/null 2>&1; then
    docker volume rm "${STACK}_postgres-data"
    note 'no votes; the stack does not run'
  else
    note 'there were none'
  fi
}

empty_running_stack() {
  node infra/stack/forget-votes.mts "http://127.0.0.1:$CONTROL_PORT"
}

step reset reset
