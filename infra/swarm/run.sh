#!/usr/bin/env bash
# make swarm: three nodes on this machine, joined to a Swarm, and the stack on them. Again with nothing changed, it takes seconds.
set -euo pipefail

# Separate ports, so that a stack of `make run` can run at the same time, whatever .env contains.
export PORT=${PORT:-8088} CONTROL_PORT=${CONTROL_PORT:-9088}
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"
. "$ROOT/infra/stack/guard.sh"
. "$ROOT/infra/swarm/nodes.sh"
. "$ROOT/infra/swarm/deploy.sh"

# The ports of the manager's node can't be changed after it was created.
check_swarm_ports() {
  local published
  published=$(docker port "$(name_of 1)" 8080/tcp 2>/dev/null | head -n 1 || true)
  if [ -z "$published" ]; then
    check_ports
  elif [ "$published" != "$BIND:$PORT" ] || ! docker port "$(name_of 1)" 9000/tcp | grep -qx "127.0.0.1:$CONTROL_PORT"; then
    fail "The Swarm that is there answers at $published." "It can't move to $BIND:$PORT and 127.0.0.1:$CONTROL_PORT: a node's ports are settled when it is made." \
      'make swarm-stop, which forgets its votes; then run this again.'
  else
    note "$PORT and $CONTROL_PORT"
  fi
}

check_settings
lock_stack 'make swarm'
choose_urls
[ "$BIND" != 0.0.0.0 ] || say "  ! BIND=0.0.0.0: everybody in your network can open $PUBLIC_URL. The control API stays private."

step engine "$ROOT/infra/engine/engine.sh"
check_clone 'make swarm' "$(name_of 1)"
step ports check_swarm_ports
step packages install_packages
step build build
step images "$ROOT/infra/images/build.sh"
step settings check_settings_for_swarm
step nodes cluster up
step load bring_images
step deploy deploy
step ready wait_until_swarm_answers

say "
  Three nodes, each a container with an engine of its own. On the first, the manager: launcher and database.
  Web and the functions run where Swarm places them, while there is work.

    Vote      $PUBLIC_URL
    Results   $PUBLIC_URL/results
    Live      $PUBLIC_URL/live?key=$(cat .secrets/presenter-key)
    Present   $PUBLIC_URL/present?key=$(cat .secrets/presenter-key)
    API       http://127.0.0.1:$CONTROL_PORT  (control API: invoke, metrics, health; this machine only)

  Try this
    docker exec $(name_of 1) docker node ls        the three nodes
    docker exec $(name_of 1) docker service ls     the services, and how many tasks they have now
    make seed PORT=$PORT           then look again
    docker kill $(name_of 3)                       a node dies: vote on (docker start brings it back)
    make swarm-stop    removes the nodes, and the votes with them
"
