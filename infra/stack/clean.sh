#!/usr/bin/env bash
# make clean: back to a fresh clone. Removes what carries our labels (whatever the stack's name), and what
# was made in this folder. Pulled base images, .env and everything that isn't ours stay.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

OURS=label=org.serverless-vote.launcher
NODES=label=org.serverless-vote.cluster
WATCHERS=label=org.serverless-vote.monitoring
CLASSIC=label=org.serverless-vote.classic
if somebody_is_there && ! ask 'This removes the votes, too. Continue?'; then exit 1; fi

clean_docker() {
  local launchers images label left=
  docker version >/dev/null 2>&1 || { note 'Docker does not answer: nothing to remove, or no permission' && return; }
  # First the launchers, by SIGTERM: they remove what they started.
  launchers=$(docker ps --quiet --filter $OURS --filter label=org.serverless-vote.name=launcher)
  progress 'containers'
  # shellcheck disable=SC2086
  [ -z "$launchers" ] || docker stop --time 30 $launchers
  for label in $WATCHERS $OURS $NODES $CLASSIC; do
    each 'docker rm --force --volumes' "$(docker ps --all --quiet --filter "$label")"
    each 'docker network rm' "$(docker network ls --quiet --filter "$label")"
    each 'docker volume rm' "$(docker volume ls --quiet --filter "$label")"
  done
  progress 'images'
  # With names first: those without one are listed by older clients only.
  images=$(docker images --filter label=org.serverless-vote.image --format '{{if ne .Repository "<none>"}}{{.Repository}}:{{.Tag}}{{end}}')
  each 'docker rmi --force' "$images"
  docker image prune --force --filter label=org.serverless-vote.image
  clean_build_cache
  note "$(wc -w <<<"$images" | tr -d ' ') images, the containers and the votes are gone$left"
}

# BuildKit keeps every step of a build, and its cache is everybody's. Each step of our Dockerfiles names us: in the name of its stage
# (BuildKit tells it where there are several) or in its command. Contexts can't be told apart, but the next build sends them again.
clean_build_cache() {
  local description
  docker buildx version >/dev/null 2>&1 || return 0
  progress 'build cache'
  for description in serverless-vote buildkit-session copy..context local.source.for; do
    docker buildx prune --all --force --filter "description~=$description" || true
  done
  left=$(docker system df --format '{{.Type}}: {{.Size}}' | sed -n 's/^Build Cache: //p')
  left="; $left of build cache may be somebody else's, and stay (docker builder prune removes all of it)"
}

# each <command> <words>
each() {
  # shellcheck disable=SC2086
  [ -z "$2" ] || $1 $2
}

clean_folder() {
  # The step's own log is in .cache, so that one goes last.
  find apps functions infra packages -name node_modules -prune -o \
    \( -name dist -o -name .next -o -name .turbo -o -name test-results -o -name playwright-report -o -name '*.tsbuildinfo' \) \
    -prune -exec rm -rf {} +
  find apps functions infra packages -name node_modules -prune -exec rm -rf {} +
  rm -rf .turbo .secrets node_modules
  note 'packages, builds and secrets are gone'
}

step docker clean_docker
step folder clean_folder
rm -rf .cache || fail "Some of .cache is left." 'make modern-test has made it, as root.' 'sudo rm -rf .cache'
