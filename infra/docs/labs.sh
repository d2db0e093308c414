#!/usr/bin/env bash
# make labs: runs the workshop's labs as they are written, every command and every check, in a copy of the repository and on a
# stack of its own, which is removed in any case. Each lab starts from scratch, so a failed step affects only the rest of its own
# lab. LAB=03 runs one lab, LAB='0[1-5]' runs five.
# Part of .ci/run. The last line counts: N passed, N failed.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/../stack/launcher-settings.sh"
forget_settings
unset YES N
export STACK=${TEST_STACK:-serverless-vote}-labs IMAGE_TAG=${TEST_STACK:+$TEST_STACK-}labs
# Short idle timeouts: the labs then wait for ten seconds instead of a minute.
export FUNCTION_IDLE_TIMEOUT_MS=10000 WEB_IDLE_TIMEOUT_MS=10000
export NO_COLOR=1 SAY_LOGS=.cache/logs/labs
# npm warns about this machine's own configuration, which is not part of the labs.
export npm_config_loglevel=error

. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"
. "$ROOT/infra/stack/suite.sh"

# Copies the repository as a clone would have it, including uncommitted changes, finished builds, and installed packages as hard
# links where possible: a change creates a new file. Only npm's and our own notes about packages are written in place.
copy_repository() {
  git ls-files --cached --others --exclude-standard -z | xargs -0 tar -cf - 2>/dev/null | tar -xf - -C "$LABS_COPY"
  cp -al node_modules "$LABS_COPY/" || { rm -rf "$LABS_COPY/node_modules" && cp -R node_modules "$LABS_COPY/"; }
  rm -f "$LABS_COPY"/node_modules/.[!.]*lock*
  cp node_modules/.[!.]*lock* "$LABS_COPY/node_modules/"
  [ ! -d .turbo ] || cp -R .turbo "$LABS_COPY/"
  (cd "$LABS_COPY" && git init --quiet && git add --all && git -c user.name=labs -c user.email=labs@localhost commit --quiet --message 'as it is')
  note "$LABS_COPY"
}

take_all_down() {
  "$ROOT/infra/swarm/cluster.sh" down
  take_down --volumes
  rm -rf "$LABS_COPY"
  note "nothing is left${leftovers:+; removed $(wc -w <<<"$leftovers" | tr -d ' ') containers that the launcher had left}"
}

labs() { run_vitest labs ${LAB:+--testNamePattern "$LAB-"}; }

# With an unknown name no lab would run, and the result would be green.
find docs/workshop -name '[0-9]*.md' | grep -qE "/${LAB:-.*}-" ||
  fail "There is no lab $LAB." "The labs are $(cd docs/workshop && echo [0-9]*.md)." 'make labs LAB=03, or without LAB all of them'

step engine "$ROOT/infra/engine/engine.sh"
step packages install_packages
step build build
# All at once; each lab would otherwise wait for its own. A single lab needs few of them.
[ -n "${LAB:-}" ] || step images "$ROOT/infra/images/bases.sh" redis python gcc lambda swarm-node prometheus
read -r PORT CONTROL_PORT PROMETHEUS_PORT GRAFANA_PORT CLASSIC_PORT CLASSIC_RESULTS_PORT < <(free_ports 6)
# The PATH of a learner's terminal, without what our own scripts add.
LABS_PATH=${PATH//"$ROOT/node_modules/.bin:"/}
LABS_PATH=${LABS_PATH//"$ROOT/.cache/npm/node_modules/.bin:"/}
LABS_COPY=$(mktemp -d "${TMPDIR:-/tmp}/labs.XXXXXX")
export PORT CONTROL_PORT PROMETHEUS_PORT GRAFANA_PORT CLASSIC_PORT CLASSIC_RESULTS_PORT LABS_PATH LABS_COPY
begun=yes
step copy copy_repository
while_counting suite workshop labs
