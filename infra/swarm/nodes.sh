# The nodes of a cluster, by number, and what can be asked of them. Sourced after settings.sh.

CLUSTER_LABEL=org.serverless-vote.cluster
CLUSTER=$STACK-nodes
NODES='1 2 3' # 1 is the manager

name_of() { printf '%s-node-%s' "$STACK" "$1"; }

# on <number> <command…>: runs it on a node
on() { docker exec "$(name_of "$1")" "${@:2}"; }

# wait_for_engine <number>
wait_for_engine() {
  local deadline=$((SECONDS + 60))
  until on "$1" docker version >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || fail "Node $1 does not start: its engine does not answer after 60 s." \
      "$(docker logs --tail 10 "$(name_of "$1")" 2>&1)" 'make swarm-stop removes what is there.'
    sleep 0.3
  done
}

# ready_nodes: how many nodes the manager has in touch and may give work
ready_nodes() { on 1 docker node ls --format '{{.Status}} {{.Availability}}' | grep -c '^Ready Active$'; }

# wait_for_nodes <number of them>
wait_for_nodes() {
  local deadline=$((SECONDS + 60))
  until [ "$(ready_nodes || true)" = "$1" ]; do
    [ $SECONDS -lt $deadline ] || fail "Not all of the $1 nodes are ready after 60 s." "$(on 1 docker node ls 2>&1)" \
      'make swarm-stop removes what is there; make swarm starts anew.'
    sleep 0.3
  done
}
