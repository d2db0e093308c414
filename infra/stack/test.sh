#!/usr/bin/env bash
# make test: every test there is. Unit tests first, then a stack of its own (project, ports, volumes, image
# tag) for the integration and browser tests, which goes whatever happens. A running demo is not touched.
#
# Turbo caches builds, types and unit tests. Images, integration and browser tests always run: an image may
# be gone while turbo remembers it. The last line counts: N passed, N failed.
set -euo pipefail

# The settings of somebody's demo are none of ours.
unset PORT BIND CONTROL_PORT PUBLIC_URL POLL_QUESTION POLL_OPTIONS LIVE LOG_LEVEL CONTROL_HOSTS VOTES_PER_MINUTE_PER_ADDRESS
export WITHOUT_ENV_FILE=1 STACK=${TEST_STACK:-serverless-vote-test} IMAGE_TAG=test
export FUNCTION_IDLE_TIMEOUT_MS=3000 WEB_IDLE_TIMEOUT_MS=5000
export NO_COLOR=1 FAILURE_LINES=200

. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"
. "$ROOT/infra/stack/suite.sh"

lint() {
  progress 'biome'
  npm run --silent lint
  note clean
}

unit() {
  progress 'types and unit tests'
  turbo run typecheck test --continue --output-logs=full --no-color
  tsc --project infra/lock
  vitest run --root infra/lock
  tsc --project infra/docs
  vitest run --root infra/docs --exclude labs.test.mts
  vitest run --root infra/engine
  tsc --project turbo/generators
  vitest run --root turbo/generators
  note "types and unit tests$(grep -qs '^Nothing was audited' "$ROOT/.cache/logs/unit.log" && echo '; npm audit: the registry does not answer')"
}

chromium() {
  CHROMIUM_PATH=$("$ROOT/infra/stack/chromium.sh")
  printf '%s' "$CHROMIUM_PATH" >"$ROOT/.cache/chromium"
  note "$CHROMIUM_PATH"
}

integration() {
  progress 'integration tests: the real engine, the real database'
  npm run --silent integration
  vitest run --root infra/dev
  note 'integration tests'
}

e2e() {
  progress 'browser tests'
  npm run --silent e2e
  note 'browser tests'
}

# On a stack of their own, as they bring one up and take it down. Without lab 8, which makes a Swarm: make labs has it.
labs() {
  progress 'the workshop: every command and every check'
  LAB='0[^8]' "$ROOT/infra/docs/labs.sh"
  note 'the workshop, as it is written'
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

step engine "$ROOT/infra/engine/engine.sh"
step packages install_packages

suite lint lint
suite unit unit

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

suite integration integration
suite e2e e2e
suite labs labs
