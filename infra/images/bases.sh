#!/usr/bin/env bash
# Makes sure that several base images exist, and prints their names as base.sh does. All at once: a stand-in mostly waits for the disk
# and the network.
#
#   bases.sh <name of base.sh>…
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"

# What all of them need, and the tools to build them.
"$ROOT/infra/images/base.sh" >/dev/null
pids=()
for name; do
  "$ROOT/infra/images/base.sh" "$name" &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done
note "$*"
