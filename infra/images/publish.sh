#!/usr/bin/env bash
# make publish REGISTRY=ghcr.io/somebody TAG=1.0: builds all images for amd64 and arm64 and pushes them, each under one name for both.
# compose.published.yml starts them, on a machine that has nothing else of this repository.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"

# With the number of the machine in the header of its programs: e_machine, https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
ARCHITECTURES=(amd64:62 arm64:183)

check_destination() {
  [[ ${REGISTRY:-} =~ ^[a-zA-Z0-9][a-zA-Z0-9_.-]*(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$ ]] ||
    fail "REGISTRY=${REGISTRY:-} is not a registry." 'Its images get names like ghcr.io/somebody/serverless-vote/launcher.' 'make publish REGISTRY=ghcr.io/somebody TAG=1.0'
  [[ ${TAG:-} =~ ^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,120}$ ]] || fail "TAG=${TAG:-} is not a tag." '' "make publish REGISTRY=$REGISTRY TAG=1.0"
}

names() { echo launcher database web workshop && node infra/images/functions.mts | cut -d' ' -f1; }

# build_for <architecture> <its number>
build_for() {
  local other=''
  [ "$1" = "$(docker version --format '{{.Server.Arch}}')" ] || other=$1
  PUBLISH_TO=$REGISTRY IMAGE_TAG=$TAG-$1 OTHER=$other "$ROOT/infra/images/build.sh"
  # One of each base image.
  [ "$(machine_of "launcher:$TAG-$1" /usr/local/bin/node)" = "$2" ] && [ "$(machine_of "database:$TAG-$1" /usr/lib/postgresql/18/bin/postgres)" = "$2" ] ||
    fail "The images aren't for $1." 'Their programs are for another machine. A base image may exist for one architecture only.' \
      'NODE_IMAGE and POSTGRES_IMAGE name the base images.'
}

# machine_of <image> <program in it>: the number of the machine that the program is for
machine_of() (
  set +o pipefail # od ends before the rest has arrived
  container=$(docker create "$REGISTRY/serverless-vote/$1")
  trap 'docker rm --volumes "$container" >/dev/null' EXIT
  docker cp --follow-link "$container:$2" - | tar -xO | od -An -tu2 -j18 -N2 | tr -d ' '
)

# A registry on this machine, or one that the engine was told about, has no TLS.
insecure() {
  docker info --format '{{range .RegistryConfig.IndexConfigs}}{{if not .Secure}}{{.Name}} {{end}}{{end}}' | grep -qF "${REGISTRY%%/*} " ||
    [[ $REGISTRY =~ ^(localhost|127\.[0-9.]+)(:|/|$) ]]
}

push() {
  local name image each option=()
  if insecure; then option=(--insecure); fi
  for name in $(names); do
    image=$REGISTRY/serverless-vote/$name:$TAG
    progress "$name"
    each=()
    for architecture in "${ARCHITECTURES[@]}"; do
      each+=("$image-${architecture%:*}")
      docker push "$image-${architecture%:*}"
    done
    # What an interrupted push has left of it here.
    docker manifest rm "$image" 2>/dev/null || true
    docker manifest create ${option[@]+"${option[@]}"} "$image" "${each[@]}"
    docker manifest push ${option[@]+"${option[@]}"} --purge "$image"
  done
  note "$(names | wc -w | tr -d ' ') images"
}

check_destination
step engine "$ROOT/infra/engine/engine.sh"
step packages install_packages
step build build
for architecture in "${ARCHITECTURES[@]}"; do
  step "${architecture%:*}" build_for "${architecture%:*}" "${architecture#*:}"
done
step push push

say "
    IMAGE_PREFIX=$REGISTRY IMAGE_TAG=$TAG docker compose --file compose.published.yml up
"
