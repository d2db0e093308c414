#!/usr/bin/env bash
# Published images on a machine that has nothing else of this repository, tested on this one: compose.published.yml alone, from a registry
# that make publish has filled, to `docker compose down`. The last line counts: N passed, N failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. infra/engine/modern/checks.sh

export PATH=$PWD/node_modules/.bin:$PATH
registry=127.0.0.1:5000
folder=$(mktemp -d)
cleanup() { compose down --volumes; rm -rf "$folder"; }
trap cleanup EXIT
cp compose.published.yml "$folder/compose.yml"

compose() {
  env --ignore-environment --chdir="$folder" PATH="$PATH" HOME=/root IMAGE_PREFIX=$registry IMAGE_TAG=published \
    FUNCTION_IDLE_TIMEOUT_MS=$FUNCTION_IDLE_TIMEOUT_MS WEB_IDLE_TIMEOUT_MS=$WEB_IDLE_TIMEOUT_MS \
    docker compose "$@"
}
needs_a_registry() { [[ $(env --ignore-environment --chdir="$folder" PATH="$PATH" docker compose config 2>&1) == *'the registry that has the images'* ]]; }
# What runs has a digest of the registry, and no other image of ours is here.
is_pulled() { ours --format '{{.Image}}' | grep -v "^$registry/serverless-vote/.*:published$" && return 1; ! docker images --format '{{.Repository}}' | grep '^serverless-vote/'; }
names_what_is_missing() {
  docker image rm --force "$registry/serverless-vote/record-vote:published"
  curl --silent http://127.0.0.1:9000/healthz | grep "docker pull $registry/serverless-vote/record-vote:published"
}
# Straight from the registry: the manifest list, and the programs in the layers of the one for arm64.
docker_type=application/vnd.docker.distribution.manifest oci_type=application/vnd.oci.image
get() {
  curl --silent --show-error --fail --header "Accept: $docker_type.list.v2+json, $docker_type.v2+json, $oci_type.index.v1+json, $oci_type.manifest.v1+json" \
    "http://$registry/v2/serverless-vote/$1"
}
is_for_both() {
  [ "$(get "$1/manifests/published" | node -p 'JSON.parse(fs.readFileSync(0)).manifests.map(({ platform }) => platform.architecture).sort().join()')" = amd64,arm64 ]
}
# aarch64 is 183: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html, e_machine
has_arm64_program() (
  set +o pipefail
  layer=$(get "$1/manifests/published-arm64" | node -p 'JSON.parse(fs.readFileSync(0)).layers.map(({ digest }) => digest).join("\n")')
  for digest in $layer; do
    [ "$(curl --silent "http://$registry/v2/serverless-vote/$1/blobs/$digest" | tar -xzO --occurrence=1 --wildcards "$2" 2>/dev/null | od -An -tu2 -j18 -N2 2>/dev/null | tr -d ' ')" != 183 ] || exit 0
  done
  exit 1
)

# What is here then was pulled.
docker images --format '{{.Repository}}:{{.Tag}}' | grep -E "^($registry/)?serverless-vote/" | xargs --no-run-if-empty docker rmi --force >/dev/null
for name in launcher database web workshop $(node infra/images/functions.mts | cut -d' ' -f1); do
  check "$name is for amd64 and arm64" is_for_both $name
  check "and what runs in it is a program for arm64" has_arm64_program $name '*usr/local/bin/node'
done
check "the database's Postgres, too" has_arm64_program database '*usr/lib/postgresql/18/bin/postgres'
check 'compose.published.yml asks for the registry' needs_a_registry
check 'it starts everything, without a clone' compose up --detach
check 'a vote is recorded' eventually vote
check 'and counted' eventually total_is 1
check 'by images of the registry alone' is_pulled
check 'two containers run when nobody is there' eventually two_run
check 'a missing image is named, with what brings it' eventually names_what_is_missing
check 'docker compose pull brings it' compose pull
check 'a vote is recorded again' eventually vote
check 'docker compose down ends' compose down
check 'and leaves no container' none_is_left
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
