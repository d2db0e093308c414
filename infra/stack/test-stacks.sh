# Stacks for tests: each has a project, ports, volumes and image names of its own, so a test may replace or remove an image.
# Sourced after start.sh.

# Words for STACKS: a stack's name, which is the tag of its images, too, and its ports, of so many stacks; vitest's workers take one each.
# new_stacks <how many>
new_stacks() {
  local each ports
  read -r -a ports < <(free_ports $((2 * $1)))
  for each in $(seq "$1"); do
    printf '%s ' "$STACK-$each:${ports[2 * each - 2]}:${ports[2 * each - 1]}"
  done
}

# with_stack <word of STACKS> <command…>: in a shell whose settings are those of the stack
with_stack() (
  IFS=: read -r STACK PORT CONTROL_PORT <<<"$1"
  export STACK PORT CONTROL_PORT IMAGE_TAG=$STACK
  export BASE_URL=http://localhost:$PORT GATEWAY_URL=http://127.0.0.1:$PORT CONTROL_URL=http://127.0.0.1:$CONTROL_PORT
  choose_urls
  shift
  "$@"
)

# for_each_stack <command…>: all at once; fails when one does
for_each_stack() {
  local each pids=() status=0
  for each in $STACKS; do
    with_stack "$each" "$@" &
    pids+=($!)
  done
  for each in ${pids[@]+"${pids[@]}"}; do wait "$each" || status=1; done
  return $status
}

bring_up() {
  # Of an earlier run that was killed.
  take_family_down
  local image
  for image in $(docker image ls --format '{{.Repository}}:{{.Tag}}' --filter "reference=serverless-vote/*:$SHARED_TAG"); do
    docker tag "$image" "${image%:*}:$IMAGE_TAG"
  done
  start_stack
  wait_until_ready
}

bring_all_up() {
  SHARED_TAG=$IMAGE_TAG for_each_stack bring_up
  note "$(wc -w <<<"$STACKS" | tr -d ' ') on their own"
}

# With the stacks and databases that tests have started beside it, which are named after it: who was killed could not remove them.
take_family_down() {
  docker ps --all --quiet --filter "label=org.serverless-vote.test=postgres-$STACK" | xargs docker rm --force --volumes 2>/dev/null || true
  local each
  for each in $(docker ps --all --format '{{.Label "org.serverless-vote.launcher"}}' | grep "^$STACK-" | sort -u); do
    STACK=$each take_down --volumes
  done
  take_down --volumes
}

take_one_down() {
  take_family_down
  echo "$leftovers" >>"$LEFT"
  docker image ls --format '{{.Repository}}:{{.Tag}}' --filter "reference=serverless-vote/*:$IMAGE_TAG" | xargs docker rmi || true
}

# The launcher removes what it started; that it did is a test too.
take_all_down() {
  local left
  LEFT=$(mktemp)
  for_each_stack take_one_down
  left=$(xargs <"$LEFT")
  rm "$LEFT"
  [ -z "$left" ] || fail "A launcher left $(wc -w <<<"$left" | tr -d ' ') containers behind." "$left" \
    "They are removed now; $(logs)/$STEP_NAME.log and the launcher's drain tell more."
  note 'no container is left'
}
