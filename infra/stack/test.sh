#!/usr/bin/env bash
# make test: lint, types and unit tests, then integration and browser tests on a stack of its own (project, ports, volumes,
# image tag), which is removed whatever happens. A running demo is not touched.
#
#   make test ONLY=unit             one part: lint, types, unit, integration, browser
#   make test ONLY=vote.spec        the test files whose path contains this
#
# Turbo caches builds, types and unit tests. Images, integration and browser tests always run: an image may
# be gone while turbo remembers it. The last line counts: N passed, N failed.
set -euo pipefail

# The settings of somebody's demo are none of ours.
unset PORT BIND CONTROL_PORT PUBLIC_URL POLL_QUESTION POLL_OPTIONS LIVE LOG_LEVEL CONTROL_HOSTS VOTES_PER_MINUTE_PER_ADDRESS
export WITHOUT_ENV_FILE=1 STACK=${TEST_STACK:-serverless-vote-test} IMAGE_TAG=${TEST_STACK:+$TEST_STACK-}test
export FUNCTION_IDLE_TIMEOUT_MS=3000 WEB_IDLE_TIMEOUT_MS=5000
export NO_COLOR=1 FAILURE_LINES=200

. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"
. "$ROOT/infra/stack/suite.sh"

# What ONLY chooses: the parts, and for each the files, if not all.
parts='lint types unit integration browser'
unit_files= integration_files= browser_files=
choose() {
  [ -n "${ONLY:-}" ] || return 0
  if [[ " $parts " == *" $ONLY "* ]]; then parts=$ONLY && return; fi
  parts=
  local file
  for file in $(git ls-files --cached --others --exclude-standard | grep -E '\.(test|spec)\.m?tsx?$' | grep -F -- "$ONLY"); do
    case $file in
      infra/docs/labs.test.mts | infra/bench/swarm/*) ;;
      apps/e2e/*) browser_files="$browser_files ${file#apps/e2e/}" ;;
      */integration/* | infra/dev/*) integration_files="$integration_files $file" ;;
      *) unit_files="$unit_files $file" ;;
    esac
  done
  [ -z "$unit_files" ] || parts="$parts unit"
  [ -z "$integration_files" ] || parts="$parts integration"
  [ -z "$browser_files" ] || parts="$parts browser"
  [ -n "$parts" ] || fail "ONLY=$ONLY chooses no test." 'It is neither a part nor in the path of a test file.' \
    'make test ONLY=lint, types, unit, integration or browser; or ONLY=vote.spec. make labs and make swarm-test have theirs.'
}
is_chosen() { [[ " $parts " == *" $1 "* ]]; }

lint() {
  progress 'biome'
  npm run --silent lint
  note clean
}

types() {
  progress 'tsc'
  turbo run typecheck --continue --output-logs=errors-only --no-color
  tsc --project infra/lock
  tsc --project infra/docs
  tsc --project turbo/generators
  note 'tsc'
}

unit() {
  progress 'unit tests'
  # shellcheck disable=SC2086
  vitest run --project unit $unit_files
  note "unit tests$(grep -qs '^Nothing was audited' "$ROOT/.cache/logs/unit.log" && echo '; npm audit: the registry does not answer')"
}

chromium() {
  CHROMIUM_PATH=$("$ROOT/infra/stack/chromium.sh")
  printf '%s' "$CHROMIUM_PATH" >"$ROOT/.cache/chromium"
  note "$CHROMIUM_PATH"
}

integration() {
  progress 'integration tests: the real engine, the real database'
  # shellcheck disable=SC2086
  vitest run --project integration $integration_files
  note 'integration tests'
}

browser() {
  progress 'browser tests'
  # shellcheck disable=SC2086
  npm run --silent e2e -- $browser_files
  note 'browser tests'
}

prometheus() {
  "$ROOT/infra/images/base.sh" prometheus >"$ROOT/.cache/prometheus-image"
  note "$(cut -d= -f2 "$ROOT/.cache/prometheus-image")"
}

# Functions that do wrong, and a catalog that has them.
misbehaving() {
  "$ROOT/infra/images/build.sh" misbehave
  node apps/launcher/integration/functions/catalog.mts >.cache/test-catalog.json
  note 'a catalog with functions that do wrong'
}

remove_remains() {
  take_down --volumes
  note 'nothing of an earlier run'
}

# The launcher removes what it started; that it did is a test too.
take_all_down() {
  progress 'taking the test stack down'
  take_down --volumes
  [ -z "$leftovers" ] || fail "The launcher left $(wc -w <<<"$leftovers" | tr -d ' ') containers behind." "$leftovers" \
    'They are removed now; .cache/logs/down.log and the launcher'"'"'s drain tell more.'
  note 'no container is left'
}

choose
step engine "$ROOT/infra/engine/engine.sh"
step packages install_packages

for part in lint types unit; do
  if is_chosen $part; then suite $part $part; fi
done
if ! is_chosen integration && ! is_chosen browser; then exit; fi

step build build
step images "$ROOT/infra/images/build.sh"
step misbehaving misbehaving
export COMPOSE_FILE=docker-compose.yml:apps/launcher/integration/docker-compose.yml
step chromium chromium
step prometheus prometheus
# shellcheck source=/dev/null
. "$ROOT/.cache/prometheus-image"
export PROMETHEUS_IMAGE
CHROMIUM_PATH=$(cat "$ROOT/.cache/chromium")
export CHROMIUM_PATH

read -r PORT CONTROL_PORT < <(free_ports)
export PORT CONTROL_PORT BASE_URL=http://localhost:$PORT GATEWAY_URL=http://127.0.0.1:$PORT CONTROL_URL=http://127.0.0.1:$CONTROL_PORT
choose_urls
begun=yes
GO_ON=1 step remains remove_remains
step settings check_launcher_settings
step start start_stack
step ready wait_until_ready

for part in integration browser; do
  if is_chosen $part; then suite $part $part; fi
done
