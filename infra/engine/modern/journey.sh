#!/usr/bin/env bash
# What must work on every engine, tested on this one: from `make run` to `make stop`. Runs on the test machine; any engine without
# a stack of ours will do. The last line counts: N passed, N failed.
#
#   journey.sh stand-ins|pulled    what the images should be built from here
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
. infra/engine/modern/checks.sh

images() { docker images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | grep '^serverless-vote/.*:latest' | sort; }
has_base_images() {
  case $1 in
    stand-ins) docker image inspect serverless-vote/node:26 serverless-vote/postgres:18 >/dev/null ;;
    pulled) docker image inspect node:26-bookworm-slim postgres:18 >/dev/null && ! docker image inspect serverless-vote/node:26 2>/dev/null >/dev/null ;;
  esac
}
# Like engine 29. The answer names the oldest supported version.
refuses_older_clients() {
  curl --silent --unix-socket /var/run/docker.sock http://engine/v1.43/version | grep 'Minimum supported API version is 1.44' &&
    [ "$(curl --silent --output /dev/null --write-out '%{http_code}' --unix-socket /var/run/docker.sock http://engine/v1.44/version)" = 200 ]
}
changes_nothing() {
  local before after
  before="$(permanent)$(images)"
  make run && after="$(permanent)$(images)" || return 1
  diff <(echo "$before") <(echo "$after")
}
doctor_knows_it() {
  local said status=0
  said=$(make doctor 2>&1) || status=$?
  echo "$said"
  [ $status -eq 0 ] && grep -q 'Tested.* one of those that our tests run on' <<<"$said"
}

docker version --format 'Engine {{.Server.Version}}, API {{.Server.APIVersion}}, at least {{.Server.MinAPIVersion}}'
docker info --format 'Images: {{.Driver}} {{.DriverStatus}}; cgroups: version {{.CgroupVersion}}; runtime: {{.DefaultRuntime}}'
check 'the engine refuses API versions before 1.44' refuses_older_clients
check 'make run starts everything' make run
check "the images are built from what they should be: $1" has_base_images "$1"
check 'a vote is recorded' vote
check 'and counted' eventually total_is 1
check 'two containers run when nobody is there' eventually two_run
check 'a second make run changes no container and no image' changes_nothing
check 'make doctor finds all that is needed, and says that this engine is tested' doctor_knows_it
check 'make stop stops everything' make stop
check 'and leaves no container' none_is_left
check 'make run starts it again' make run
check 'with the vote' eventually total_is 1
check 'make stop stops it again' make stop
docker ps --all
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
