#!/usr/bin/env bash
# make test: lint, types, unit, integration and browser tests. What needs a running system gets stacks of its own (project, ports,
# volumes, image tag), which are removed whatever happens. A running demo is not touched.
#
#   make test ONLY=unit             one part of lint, types, unit, integration, browser; or ONLY='unit browser'
#   make test ONLY=vote.spec        the test files whose path contains this
#
# The unit tests use every core and come first. The other parts mostly wait, so they run beside each other: the integration tests on
# three stacks, each file on the one that is free, and the browser tests on one of their own, two at a time. On a slow
# machine they come one after the other, on fewer stacks: otherwise events would miss their deadlines. Every suite has its log in
# .cache/logs/test. The last line counts: N passed, N failed.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/launcher-settings.sh"
forget_settings
export STACK=${TEST_STACK:-serverless-vote-test} IMAGE_TAG=${TEST_STACK:+$TEST_STACK-}test
# Longer than a test on a busy machine takes from one event to the next, or each would start containers again.
export FUNCTION_IDLE_TIMEOUT_MS=6000 WEB_IDLE_TIMEOUT_MS=5000
export NO_COLOR=1 SAY_LOGS=.cache/logs/test

. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
# Tests start the same few programs of ours hundreds of times.
export NODE_COMPILE_CACHE=$ROOT/.cache/node
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"
. "$ROOT/infra/stack/suite.sh"
. "$ROOT/infra/stack/test-stacks.sh"
. "$ROOT/infra/stack/guard.sh"

# What ONLY chooses: the parts, and for each the files, if not all.
parts='lint types unit integration browser'
unit_files= integration_files= browser_files=
choose() {
  [ -n "${ONLY:-}" ] || return 0
  local part file all=$parts
  parts=
  for part in $ONLY; do
    if [[ " $all " == *" $part "* ]]; then parts="$parts $part"; fi
  done
  [ -z "$parts" ] || return 0
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

lint() { npm run --silent lint; }

types() {
  turbo run typecheck --continue --output-logs=errors-only --no-color
  tsc --project infra/lock
  tsc --project infra/docs
  tsc --project turbo/generators
}

unit() {
  # shellcheck disable=SC2086
  runner vitest run --reporter verbose --project unit --project isolated $unit_files
  ! grep -qs '^Nothing was audited' "$(logs)/unit.log" || note 'npm audit: the registry does not answer'
}

# Each of vitest's workers has a stack to itself (vitest.config.mts).
integration() {
  # shellcheck disable=SC2086
  run_vitest integration $integration_files
}

browser() {
  # shellcheck disable=SC2086
  with_stack $STACKS runner npm run --silent e2e -- $browser_files
}

# on_stacks <how many> <suite> <command…>: on so many stacks of its own, which are named after the suite
on_stacks() {
  export STACK=$STACK-$2 STACKS
  STACKS=$(new_stacks "$1")
  begun=yes
  step "$2-stacks" bring_all_up
  shift
  suite "$@"
}

chromium() {
  CHROMIUM_PATH=$("$ROOT/infra/stack/chromium.sh")
  printf '%s' "$CHROMIUM_PATH" >"$ROOT/.cache/chromium"
  note "$CHROMIUM_PATH"
}

others() { "$ROOT/infra/images/bases.sh" python nginx $(! is_chosen integration || echo prometheus) >"$ROOT/.cache/other-images"; }

# Functions that do wrong, the samples that are built quickly, and a catalog that has them. The lab builds the others.
misbehaving() {
  local samples
  "$ROOT/infra/images/samples.sh" greet-python greet-bash lambda-bash &
  samples=$!
  "$ROOT/infra/images/build.sh" misbehave
  wait $samples
  node apps/launcher/integration/functions/catalog.mts ./stdio.json ./runtime-api-tcp.json >.cache/test-catalog.json
  note 'a catalog with functions that do wrong'
}

# Node starts in 30 ms on cores of 2026, and in 100 ms on slow ones. The quickest of twenty starts says little about what else runs, as
# lint and types may still do.
is_slow() {
  node --eval "const { spawnSync } = require('node:child_process'); let leastMs = Infinity
    for (let times = 0; times < 20; times += 1) {
      const from = performance.now()
      spawnSync(process.execPath, ['--eval', '0'])
      leastMs = Math.min(leastMs, performance.now() - from)
    }
    process.exit(leastMs > 60 ? 0 : 1)"
}

choose
needs_a_stack=
if is_chosen integration || is_chosen browser; then needs_a_stack=yes; fi

[ -z "$needs_a_stack" ] || lock_stack 'make test'
[ -z "$needs_a_stack" ] || step engine "$ROOT/infra/engine/engine.sh"
step packages install_packages
if is_chosen unit; then
  lane unit suite unit unit
  while_counting wait_for_lanes
fi
for part in lint types; do
  if is_chosen $part; then lane $part suite $part $part; fi
done
if [ -n "$needs_a_stack" ]; then
  step build build
  step images "$ROOT/infra/images/build.sh"
  step others others
  set -a
  # shellcheck source=/dev/null
  . "$ROOT/.cache/other-images"
  set +a
  step misbehaving misbehaving
  export COMPOSE_FILE=docker-compose.yml:apps/launcher/integration/docker-compose.yml
  step settings check_launcher_settings
fi
if is_chosen integration; then
  several=3 one_by_one=
  if is_slow; then several=2 one_by_one=yes; fi
  [ -z "$integration_files" ] || [ "$(wc -w <<<"$integration_files")" -ge $several ] || several=$(wc -w <<<"$integration_files")
  lane integration on_stacks "$several" integration integration
  [ -z "$one_by_one" ] || while_counting wait_for_lanes
fi
if is_chosen browser; then
  step chromium chromium
  CHROMIUM_PATH=$(cat "$ROOT/.cache/chromium")
  export CHROMIUM_PATH
  # A test lasts for seconds: what stops between two of them would have to start again.
  export FUNCTION_IDLE_TIMEOUT_MS=10000 WEB_IDLE_TIMEOUT_MS=10000
  lane browser on_stacks 1 browser browser
fi
while_counting wait_for_lanes
