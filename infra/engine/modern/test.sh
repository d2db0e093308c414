#!/usr/bin/env bash
# make modern-test: what depends on the engine, on the newest one that has packages, beside this machine's own and without
# touching it. IMAGE_STORE=containerd (engine 29's default) or overlay2.
# QUICK=1: the journeys with stand-ins, with published and pulled images and with nothing but Docker, without the tests.
# FULL=1: all that and docs/own-server.md, and four journeys, in which each store, each user and each kind of base image meets each of
# the others.
# The last line counts: N passed, N failed.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/../../stack/launcher-settings.sh"
forget_settings
unset NODE_IMAGE POSTGRES_IMAGE
export NO_COLOR=1 FAILURE_LINES=200

. "$(dirname "${BASH_SOURCE[0]}")/../../stack/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"
. "$ROOT/infra/stack/suite.sh"
. "$ROOT/infra/engine/modern/machine.sh"

STORE=${IMAGE_STORE:-containerd}
OTHER=overlay2
[ "$STORE" = containerd ] || OTHER=containerd
MIRROR='"registry-mirrors": ["http://127.0.0.1:5000"]'
HOST=$WORK/host

# journey <user> <stand-ins|pulled>
journey() {
  progress "make run, a vote, rest, stop and start, as $1, with $2"
  # What root has written there before; the packages are another file system.
  on_machine root find $PROJECT -xdev ! -user voter -exec chown --no-dereference voter: {} +
  in_project "$1" 1500 infra/engine/modern/journey.sh "$2"
  note "from make run to make stop, as $1, with $2"
}

# A registry with images like the official ones, built with the engine that is there.
registry() {
  progress 'images like the official ones, and a registry to pull them from'
  in_project root 900 infra/engine/modern/registry.sh
  note 'has node:26-bookworm-slim and postgres:18'
}

# The images are built in containers. The clone has neither packages nor builds, and the path has nothing but the docker command.
nothing_but_docker() {
  progress 'docker compose up --build, a vote, rest, down and up'
  in_project root 1200 infra/engine/modern/nothing-but-docker.sh
  note 'docker compose up --build'
}

publish() {
  progress 'make publish: images for amd64 and arm64'
  in_project root 900 make publish REGISTRY=127.0.0.1:5000 TAG=published
  echo '1 passed, 0 failed'
  note 'make publish'
}

published() {
  progress 'compose.published.yml, a vote, rest and down'
  in_project root 600 infra/engine/modern/published.sh
  note 'compose.published.yml'
}

own_server() {
  progress 'docs/own-server.md, as it is written, and votes while the launcher is replaced'
  in_project root 900 infra/engine/modern/own-server.sh
  note 'docs/own-server.md'
}

another_engine() {
  progress 'an empty engine'
  stop_engine
  start_engine "$@"
}

tests() {
  progress 'integration and browser tests'
  in_project root 2400 make test ONLY='integration browser'
  on_machine root bash -c 'docker image inspect node:26-bookworm-slim postgres:18 >/dev/null && ! docker image inspect serverless-vote/node:26' ||
    fail 'The base images were not pulled.' 'The registry has them, and it is the mirror of the engine.' 'docker pull, by hand: infra/engine/modern/by-hand.sh'
  note 'integration and browser tests, with pulled images'
}

# This machine's own engine has other containers, and may not be ours to restart.
engine_faults() {
  progress 'make chaos: an engine that refuses, is restarted and is killed'
  in_project root 900 make chaos ARGS='--trials=1 --only=engine'
  echo '1 passed, 0 failed'
  note 'make chaos with the faults of the engine'
}

# The packages are this clone's, so they only go out of sight.
clean() {
  local left
  progress 'make clean'
  on_machine root umount "$PROJECT/node_modules"
  in_project root 300 make clean
  left=$(on_machine root bash -c 'docker ps --all; docker volume ls; docker images --all --filter label=org.serverless-vote.image
    docker buildx du --verbose | grep serverless-vote' | grep -v '^[A-Z ]*$' || true)
  on_machine root docker system df
  [ -z "$left" ] || { echo "$left" && echo '0 passed, 1 failed' && return 1; }
  echo '1 passed, 0 failed'
  note 'make clean leaves no container, no volume, no image, and of the build cache nothing of ours'
}

remember() {
  remember_host "$HOST"
  note "this machine's bridges and iptables rules"
}

take_all_down() {
  progress 'removing the test machine'
  machine_down
  rm -f "$HOST"*
  note 'nothing of it is left'
}

can_have_a_machine
lane root step root "$ROOT/infra/engine/modern/root.sh"
step packages install_packages
step build build
wait_for_lanes
[ -d "$WORK/root" ] || exit 1 # the lane has said why
begun=yes
GO_ON=1 step remains machine_down
step host remember
step machine machine_up

step engine start_engine "$STORE"
suite journey-stand-ins journey voter stand-ins
step registry registry
step engine another_engine "$STORE" "$MIRROR"
if [ -z "${QUICK:-}" ]; then
  suite tests tests
  suite engine-faults engine_faults
fi
if [ -n "${QUICK:-}${FULL:-}" ]; then
  suite journey-pulled journey root pulled
  suite nothing-but-docker nothing_but_docker
  suite publish publish
  suite published published
fi
if [ -n "${FULL:-}" ]; then
  suite own-server own_server
  step engine another_engine $OTHER
  suite "journey-$OTHER-stand-ins" journey root stand-ins
  step engine another_engine $OTHER "$MIRROR"
  suite "journey-$OTHER-pulled" journey voter pulled
fi
suite clean clean
GO_ON=1 step down machine_down
suite host compare_host "$HOST"
