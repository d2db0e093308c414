#!/usr/bin/env bash
# make stop: stops the stack and everything that it started. The votes stay in their volume.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
. "$ROOT/infra/stack/guard.sh"

stop() {
  docker version >/dev/null 2>&1 || fail 'Docker does not answer.' 'Either nothing is running, or you may not use Docker.' 'make doctor says which.'
  if [ -z "$(ours --all)" ]; then
    note 'nothing was running'
    return
  fi
  progress 'the launcher drains and removes what it started'
  take_down
  note "stopped; the votes are kept${leftovers:+ (removed $(wc -w <<<"$leftovers" | tr -d ' ') leftover containers)}"
}

lock_stack 'make stop'
check_clone 'make stop' "$(permanent launcher --all 2>/dev/null || true)"
step stop stop
