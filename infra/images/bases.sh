#!/usr/bin/env bash
# Makes sure that several base images exist, and prints their names as base.sh does. All at once: a stand-in mostly waits for the disk
# and the network.
#
#   bases.sh <name of base.sh>…
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"

# What all of them need, and the tools to build them.
"$ROOT/infra/images/base.sh" >/dev/null
pids=() status=0
for name; do
  "$ROOT/infra/images/base.sh" "$name" &
  pids+=($!)
done
# Also when one fails, no other may go on after this script.
for pid in "${pids[@]}"; do wait "$pid" || status=1; done
[ $status -eq 0 ] || exit 1
note "$*"
