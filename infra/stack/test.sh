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

passed=0
failed=0
begun=

finish() {
  local status=$?
  if [ -n "$begun" ]; then GO_ON=1 step down take_all_down; fi
  [ "${step_status:-0}" -eq 0 ] || status=1
  # Whatever ended this early is a failure, though no runner counted it.
  if [ $status -ne 0 ] && [ $failed -eq 0 ]; then failed=1; fi
  [ $failed -eq 0 ] || status=1
  echo "$passed passed, $failed failed"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# suite <name> <command…>: runs tests and counts them. One that fails does not keep the next from running.
suite() {
  local here_passed here_failed
  GO_ON=1 step "$@"
  # Vitest:      "   Tests  1 failed | 12 passed (13)", behind turbo's prefix when it comes from the cache
  # Playwright:  "  12 passed (30.1s)", each outcome on a line of its own
  read -r here_passed here_failed < <(awk '
    / Tests  / || /^ +[0-9]+ (passed|failed|flaky|interrupted|did not run)/ {
      for (i = 1; i < NF; i++) if ($i ~ /^[0-9]+$/) {
        if ($(i + 1) ~ /^(passed|flaky)/) passed += $i
        if ($(i + 1) ~ /^(failed|interrupted|did)/) failed += $i
      }
    }
    END { print passed + 0, failed + 0 }' "$ROOT/.cache/logs/$1.log")
  # Broken before it could count, or so quiet that nobody knows what it did.
  if [ "$step_status" -ne 0 ] && [ "$here_failed" -eq 0 ]; then here_failed=1; fi
  passed=$((passed + here_passed))
  failed=$((failed + here_failed))
}

free_ports() {
  node -e 'const servers = [0, 0].map(() => require("net").createServer().listen(0, "127.0.0.1"));
    setTimeout(() => { console.log(servers.map((server) => server.address().port).join(" ")); process.exit(); }, 50)'
}

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
  vitest run --root infra/engine
  tsc --project turbo/generators
  vitest run --root turbo/generators
  note 'types and unit tests'
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
