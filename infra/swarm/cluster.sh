#!/usr/bin/env bash
# A Swarm of three nodes on one machine: each node is a container with an engine of its own, nothing shared but
# the kernel. STACK names the cluster, so that several live side by side.
#
#   cluster.sh up              three nodes, one of them the manager; existing ones stay as they are
#   cluster.sh load <image…>   brings images of this machine to every node that lacks them (no registry needed)
#   cluster.sh docker <…>      the docker command on the manager
#   cluster.sh down            removes the nodes, their volumes and their network, and everything that ran on them
#
# `up` publishes ports 8080 and 9000 of the manager's node as BIND:PORT and 127.0.0.1:CONTROL_PORT.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/swarm/nodes.sh"

create_network() {
  docker network inspect "$CLUSTER" >/dev/null 2>&1 && return
  # Nodes need addresses that survive a restart, which requires an explicit subnet: use one that the engine finds
  # free.
  local subnet
  docker network create "$CLUSTER" >/dev/null
  subnet=$(docker network inspect --format '{{(index .IPAM.Config 0).Subnet}}' "$CLUSTER")
  docker network rm "$CLUSTER" >/dev/null
  docker network create --subnet "$subnet" --label "$CLUSTER_LABEL=$STACK" "$CLUSTER"
}

# The n-th node's address: the network's plus 10 + n.
address() {
  docker network inspect --format '{{(index .IPAM.Config 0).Subnet}}' "$CLUSTER" | sed -E "s|\.[0-9]+/.*|.$((10 + $1))|"
}

# create_node <number> <image>
create_node() {
  local ports=() cgroups=() without=()
  docker inspect "$(name_of "$1")" >/dev/null 2>&1 && return
  if [ "$1" -eq 1 ]; then ports=(--publish "$BIND:$PORT:8080" --publish "127.0.0.1:$CONTROL_PORT:9000"); fi
  if [ "$(docker info --format '{{.CgroupVersion}}')" = 1 ]; then cgroups=(--volume /sys/fs/cgroup:/sys/fs/cgroup:rw); fi
  docker volume create --label "$CLUSTER_LABEL=$STACK" "$(name_of "$1")" >/dev/null
  # Everything that --privileged gives except the host's devices and CAP_SYS_RESOURCE, which not every machine has.
  if can_drop SYS_RESOURCE "$2"; then without=(--cap-drop SYS_RESOURCE); fi
  docker create --name "$(name_of "$1")" --hostname "node-$1" --network "$CLUSTER" --ip "$(address "$1")" \
    --label "$CLUSTER_LABEL=$STACK" --label "org.serverless-vote.clone=$CLONE" --init --restart unless-stopped --stop-timeout 30 \
    --cap-add ALL ${without[@]+"${without[@]}"} --device-cgroup-rule 'a *:* rwm' \
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
    ${cgroups[@]+"${cgroups[@]}"} ${ports[@]+"${ports[@]}"} \
    --volume "$(name_of "$1"):/var/lib/docker" --tmpfs /run --tmpfs /tmp --env container=docker \
    --entrypoint sh "$2" -c "$(cat "$ROOT/infra/swarm/start-node")"
}

# can_drop <capability> <image>: newer engines refuse to drop what they don't have, and older ones to keep it
can_drop() {
  local probe
  probe=$(docker create --cap-drop "$1" "$2" true) && docker rm "$probe"
}

# join <number>: the first node makes the swarm, the others join it
join() {
  local token
  case $(on "$1" docker info --format '{{.Swarm.LocalNodeState}}') in active | pending) return ;; esac
  if [ "$1" -eq 1 ]; then
    on 1 docker swarm init --advertise-addr "$(address 1)" --dispatcher-heartbeat 2s
  else
    token=$(on 1 docker swarm join-token --quiet worker)
    on "$1" docker swarm join --advertise-addr "$(address "$1")" --token "$token" "$(address 1):2377"
  fi
}

up() {
  local image n
  image=$("$ROOT/infra/images/base.sh" swarm-node | sed -n 's/^SWARM_NODE_IMAGE=//p')
  progress 'three nodes'
  create_network
  for n in $NODES; do create_node "$n" "$image"; done
  # Started in parallel; a running node is left alone.
  for n in $NODES; do docker start "$(name_of "$n")"; done
  for n in $NODES; do wait_for_engine "$n"; done
  progress 'the nodes join'
  for n in $NODES; do join "$n"; done
  wait_for_nodes 3
  # The volume with the votes is on this node.
  on 1 docker node update --label-add serverless-vote.database=true node-1
  note "three nodes: Docker $(on 1 docker version --format '{{.Server.Version}}') in $image"
}

# with_copies <image…>: `<image>=<copy>` for each; the copy is a second name that a node gives to exactly this image. The node's ID for it
# may differ: engines with the containerd image store identify an image by its manifest, others by its configuration.
with_copies() {
  local ids
  ids=$(docker image inspect --format '{{.Id}}' "$@") || return
  paste -d= <(printf '%s\n' "$@") <(sed 's|^sha256:|serverless-vote/copy-of:|' <<<"$ids")
}

# Run on a node with `<image>=<copy>…`. LACKING prints the images that it lacks, or has in another version; TAG gives them their second
# names.
LACKING='for pair; do
    ids=$(docker image inspect --format "{{.Id}}" "${pair%=*}" "${pair#*=}" 2>/dev/null) &&
      [ "$(echo "$ids" | sort -u | wc -l)" -eq 1 ] || echo "${pair%=*}"
  done'
TAG='for pair; do docker tag "${pair%=*}" "${pair#*=}" || exit; done'

# bring <image>=<copy>…: to all nodes. Saving takes as long as loading, so it is done once.
bring() {
  local n loads=()
  pipes=$(mktemp -d)
  trap 'rm -rf "$pipes"' EXIT
  for n in $NODES; do
    mkfifo "$pipes/$n"
    docker exec -i "$(name_of "$n")" docker load <"$pipes/$n" &
    loads+=($!)
  done
  docker save "${@%=*}" | tee "$pipes"/* >/dev/null
  for n in "${loads[@]}"; do wait "$n"; done
  for n in $NODES; do on "$n" sh -c "$TAG" sh "$@"; done
}

load() {
  local pairs wanted brought
  pairs=$(with_copies "$@")
  # shellcheck disable=SC2086
  wanted=$(for n in $NODES; do on "$n" sh -c "$LACKING" sh $pairs || exit; done)
  brought=$(grep -c . <<<"$wanted" || true)
  progress "$brought images to bring to the nodes"
  # shellcheck disable=SC2046
  [ -z "$wanted" ] || bring $(awk -F= 'NR == FNR { wanted[$1]; next } $1 in wanted' <(echo "$wanted") <(echo "$pairs"))
  note "$# images on each node, $brought brought now"
}

down() {
  local nodes
  nodes=$(docker ps --all --quiet --filter "label=$CLUSTER_LABEL=$STACK")
  remove 'docker rm --force --volumes' "$nodes"
  remove 'docker volume rm --force' "$(docker volume ls --quiet --filter "label=$CLUSTER_LABEL=$STACK")"
  remove 'docker network rm' "$(docker network ls --quiet --filter "label=$CLUSTER_LABEL=$STACK")"
  if [ -n "$nodes" ]; then note "$(wc -w <<<"$nodes" | tr -d ' ') nodes are gone, and what ran on them"; else note 'there was none'; fi
}

# remove <command> <ids>
remove() {
  # shellcheck disable=SC2086
  [ -z "$2" ] || $1 $2
}

case ${1:-} in
  up) up ;;
  load) load "${@:2}" ;;
  docker) docker exec -i "$(name_of 1)" docker "${@:2}" ;;
  down) down ;;
  *) fail "cluster.sh can't ${1:-do nothing}." '' 'infra/swarm/cluster.sh up|load|docker|down' ;;
esac
