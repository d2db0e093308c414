# Brings the stack onto a cluster, as steps. Sourced by run.sh and test.sh after settings.sh, start.sh and nodes.sh.

cluster() { "$ROOT/infra/swarm/cluster.sh" "$@"; }

# The catalog of the stack.
CATALOG=${CATALOG:-functions/catalog.json}

# Every image that a node may have to run.
images() { echo "serverless-vote/launcher:$IMAGE_TAG serverless-vote/database:$IMAGE_TAG" && node infra/swarm/programs.mts images "$CATALOG"; }

bring_images() {
  # shellcheck disable=SC2046
  cluster load $(images)
}

# Also refuses a catalog with a function that a Swarm can't run. The task's ID is none's.
check_settings_for_swarm() { check_launcher_settings --env ENGINE=swarm --env TASK_ID=0000000000000000000000000; }

# A name may later refer to another image, an ID never does: so a new build is noticed, and the old image stays as it is.
image_id() { on 1 docker image inspect --format '{{.Id}}' "serverless-vote/$1:$IMAGE_TAG"; }

# Docker's client reads the secrets, so they are copied to the manager's node with the stack's files, for the duration of the deployment.
DEPLOY='set -e
  folder=$(mktemp -d)
  trap "rm -rf $folder" EXIT
  tar -xf - -C "$folder"
  cd "$folder"
  docker stack deploy --resolve-image never $(printf -- "--compose-file %s " $STACK_FILES) "$STACK"'

# deploy [<a further stack file> <files that it names…>]
deploy() {
  local settings=() name
  make_secret
  export STACK_FILES="infra/swarm/stack.yml infra/swarm/control-port.yml .cache/swarm-programs.json ${1:-}"
  LAUNCHER_IMAGE=$(image_id launcher)
  DATABASE_IMAGE=$(image_id database)
  # The control API is for this machine, whose connections reach the nodes from their network's gateway.
  LOCAL_PEERS=${LOCAL_PEERS:-$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}' "$(name_of 1)")}
  export LAUNCHER_IMAGE DATABASE_IMAGE LOCAL_PEERS
  node infra/swarm/programs.mts stack "$CATALOG" >.cache/swarm-programs.json
  for name in STACK STACK_FILES LAUNCHER_IMAGE DATABASE_IMAGE $LAUNCHER_SETTINGS; do
    settings+=(--env "$name")
  done
  progress 'stack deploy'
  # shellcheck disable=SC2086
  tar -cf - .secrets $STACK_FILES "${@:2}" |
    docker exec -i "${settings[@]}" "$(name_of 1)" sh -c "$DEPLOY"
  note 'launcher and database, on the manager'
}

# Healthy means: migrated, and the first page answers, which starts web from zero.
wait_until_swarm_answers() {
  progress 'the launcher prepares the database'
  wait_for "http://127.0.0.1:$CONTROL_PORT/healthz" 120 'The launcher is not healthy'
  progress 'the first page starts web'
  wait_for "$LOCAL_URL/" 90 'The first page does not answer'
  note "$LOCAL_URL answers"
}

# wait_for <address> <seconds> <what is wrong when it does not answer>
wait_for() {
  local deadline=$((SECONDS + $2))
  until answers "$1"; do
    [ $SECONDS -lt $deadline ] || fail "$3 after $2 s." "$(swarm_state)" "Fix what it says, then: make swarm; or make swarm-stop."
    sleep 0.3
  done
}

swarm_state() {
  local service
  on 1 docker service ls --format '{{.Name}}: {{.Replicas}} tasks run'
  for service in launcher database; do
    on 1 docker service ps --no-trunc --format '{{.Name}} on {{.Node}}: {{.CurrentState}} {{.Error}}' "${STACK}_$service" | head -n 3
    on 1 docker service logs --raw --tail 6 "${STACK}_$service" 2>&1 | readable "$service" | cut -c1-300
  done
}
