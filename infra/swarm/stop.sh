#!/usr/bin/env bash
# make swarm-stop: removes the cluster, whatever state it is in: nodes, their volumes (the votes, too), their network.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/stack/guard.sh"
. "$ROOT/infra/swarm/nodes.sh"

stop() {
  docker version >/dev/null 2>&1 || fail 'Docker does not answer.' 'Either no node is running, or you may not use Docker.' 'make doctor says which.'
  progress 'removing the nodes'
  "$ROOT/infra/swarm/cluster.sh" down
}

lock_stack 'make swarm-stop'
check_clone 'make swarm-stop' "$(name_of 1)"
step swarm-stop stop
