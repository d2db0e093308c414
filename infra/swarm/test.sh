#!/usr/bin/env bash
# make swarm-test: the same checks as on one machine, and what can only go wrong on several, against a cluster of its own
# that goes whatever happens. A running demo is not touched, on one machine or on a Swarm.
# The last line counts: N passed, N failed.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/../stack/launcher-settings.sh"
forget_settings
export STACK=${TEST_STACK:-serverless-vote-test}-swarm IMAGE_TAG=${TEST_STACK:+$TEST_STACK-}swarm-test
# Starts go through a scheduler, so what is timed on one machine may take longer.
export DEADLINES_TIMES=8 FUNCTION_IDLE_TIMEOUT_MS=3000 WEB_IDLE_TIMEOUT_MS=5000
export CATALOG=.cache/swarm-test-catalog.json
export NO_COLOR=1 SAY_LOGS=.cache/logs/swarm-test

. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"
. "$ROOT/infra/stack/suite.sh"
. "$ROOT/infra/swarm/nodes.sh"
. "$ROOT/infra/swarm/deploy.sh"

# The contract's functions that do wrong, programs of others, and a catalog that has them.
misbehaving() {
  local python
  "$ROOT/infra/images/build.sh" misbehave
  python=$("$ROOT/infra/images/base.sh" python)
  PYTHON_IMAGE=${python#*=} SERVICES=./swarm-services.json node apps/launcher/integration/functions/catalog.mts \
    ./swarm-functions.json >"$CATALOG"
  note 'a catalog with functions that do wrong'
}

# Whatever the engines' image stores call what they have, nothing is carried twice.
load_again() {
  bring_images
  grep -q ', 0 brought now$' "$STEP_NOTE" || { echo '0 passed, 1 failed' && return 1; }
  echo '1 passed, 0 failed'
}

chromium() {
  CHROMIUM_PATH=$("$ROOT/infra/stack/chromium.sh")
  printf '%s' "$CHROMIUM_PATH" >"$ROOT/.cache/chromium"
  note "$CHROMIUM_PATH"
}

contract() { run_vitest integration engine-contract; }
invoke_api() { run_vitest integration invoke-api async.test aws-sdk; }
journeys() { runner npm run --silent e2e --workspace @serverless-vote/e2e -- vote.spec results.spec no-javascript scale-to-zero; }
rest() { run_vitest swarm rest unreachable; }
hostile() { run_vitest swarm hostile; }
nodes_fail() { run_vitest swarm under-load; }
removal() { run_vitest swarm removal; }
programs() { run_vitest swarm programs; }

# Suites begin only before BEGIN_BEFORE (seconds since the epoch), if it is set, as in CI.
is_late() {
  [ -n "${BEGIN_BEFORE:-}" ] && [ "$(date +%s)" -ge "$BEGIN_BEFORE" ] || return 1
  say "  ! $1 was left out: it would begin later than CI allows (BEGIN_BEFORE)."
}

remove_remains() {
  cluster down
}

take_all_down() {
  progress 'removing the test cluster'
  cluster down
  note 'no node, no volume, no network is left'
}

step engine "$ROOT/infra/engine/engine.sh"
step packages install_packages
step build build
step images "$ROOT/infra/images/build.sh"
step misbehaving misbehaving
step chromium chromium
CHROMIUM_PATH=$(cat "$ROOT/.cache/chromium")
export CHROMIUM_PATH

read -r PORT CONTROL_PORT < <(free_ports)
export PORT CONTROL_PORT BASE_URL=http://localhost:$PORT GATEWAY_URL=http://127.0.0.1:$PORT CONTROL_URL=http://127.0.0.1:$CONTROL_PORT
SWARM_NODES="$(name_of 1) $(name_of 2) $(name_of 3)"
export SWARM_NODES
choose_urls
begun=yes
GO_ON=1 step remains remove_remains
step settings check_settings_for_swarm
step nodes cluster up
step load bring_images
suite load-again load_again
step deploy deploy infra/swarm/test-catalog.yml "$CATALOG"
step ready wait_until_swarm_answers

# What one suite did to nodes and launcher is over before the next begins.
for name in invoke_api journeys programs rest hostile nodes_fail contract; do
  ! is_late "${name/_/-}" || continue
  while_counting suite "${name/_/-}" $name
  GO_ON=1 step ready wait_until_swarm_answers
done
is_late removal || while_counting suite removal removal
