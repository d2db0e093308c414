#!/usr/bin/env bash
# `docker compose up --build` on a machine without Node, npm and make, tested on this one: from a fresh clone to `docker compose down`.
# The last line counts: N passed, N failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. infra/engine/modern/checks.sh

clone=$(mktemp -d) only=$(mktemp -d)
cleanup() { compose down --volumes; rm -rf "$clone" "$only"; }
trap cleanup EXIT
ln -s "$(command -v docker)" "$only/"
tar -cf - --exclude=node_modules --exclude=.git --exclude=.cache --exclude=.secrets --exclude=.turbo --exclude=dist --exclude=.next . | tar -xf - -C "$clone"

compose() {
  env --ignore-environment --chdir="$clone" PATH="$only" HOME=/root \
    FUNCTION_IDLE_TIMEOUT_MS=$FUNCTION_IDLE_TIMEOUT_MS WEB_IDLE_TIMEOUT_MS=$WEB_IDLE_TIMEOUT_MS \
    docker compose "$@"
}
secret() { compose exec --no-TTY launcher cat "/run/secrets/$1"; }
has_secrets() { [[ $(secret session-secret) =~ ^[0-9a-f]{64}$ ]] && [[ $(secret presenter-key) =~ ^[0-9a-f]{64}$ ]]; }
keeps_secrets() { [ "$before" = "$(secret session-secret)$(secret presenter-key)" ]; }

# Images of make would hide what is missing in a build.
docker images --format '{{.Repository}}:{{.Tag}}' | grep '^serverless-vote/.*:latest$' | xargs --no-run-if-empty docker rmi --force >/dev/null
check 'docker compose up --build starts everything' compose up --build --detach
check 'a vote is recorded' eventually vote
check 'and counted' eventually total_is 1
check 'the launcher has made the secrets' has_secrets
check 'two containers run when nobody is there' eventually two_run
before=$(secret session-secret)$(secret presenter-key)
check 'docker compose down ends' compose down
check 'and leaves no container' none_is_left
check 'docker compose up starts it again' compose up --detach
check 'with the vote' eventually total_is 1
check 'and the same secrets' keeps_secrets
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
