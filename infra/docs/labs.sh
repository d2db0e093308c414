#!/usr/bin/env bash
# make labs: does the workshop's labs as they are written, every command and every check, in a copy of the repository
# and on a stack of its own, which goes whatever happens. LAB=03 does only one of them. The last line counts: N passed, N failed.
set -euo pipefail

# The settings of somebody's demo are none of ours.
unset BIND PUBLIC_URL POLL_QUESTION POLL_OPTIONS LIVE LOG_LEVEL CONTROL_HOSTS YES N
export WITHOUT_ENV_FILE=1 STACK=${LABS_STACK:-serverless-vote-labs} IMAGE_TAG=labs
# Sooner than a room would like it, so that labs wait for ten seconds where people wait for a minute.
export FUNCTION_IDLE_TIMEOUT_MS=10000 WEB_IDLE_TIMEOUT_MS=10000
export FAILURE_LINES=200
# What a learner's terminal has, before our own scripts add to it.
export LABS_PATH=$PATH

. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"

begun=
mkdir -p "$ROOT/.cache/logs"
: >"$ROOT/.cache/logs/labs.log"
finish() {
  local status=$?
  if [ -n "$begun" ]; then
    GO_ON=1 step down take_all_down
    rm -rf "$LABS_COPY"
  fi
  # Vitest: "      Tests  1 failed | 12 passed (13)"
  read -r passed failed < <(awk '/^ +Tests  / { for (i = 1; i < NF; i++) { if ($(i + 1) == "passed") p = $i; if ($(i + 1) == "failed") f = $i } }
    END { print p + 0, f + 0 }' "$ROOT/.cache/logs/labs.log" 2>/dev/null || echo 0 0)
  if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  echo "$passed passed, $failed failed"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What is in the repository, as a clone would have it, with what is not committed yet; installed packages and
# finished builds are the same there.
copy_repository() {
  git ls-files --cached --others --exclude-standard -z | xargs -0 tar -cf - 2>/dev/null | tar -xf - -C "$LABS_COPY"
  cp -R node_modules "$LABS_COPY/"
  [ ! -d .turbo ] || cp -R .turbo "$LABS_COPY/"
  (cd "$LABS_COPY" && git init --quiet && git add --all && git -c user.name=labs -c user.email=labs@localhost commit --quiet --message 'as it is')
  note "$LABS_COPY"
}

take_all_down() {
  take_down --volumes
  note "nothing is left${leftovers:+; removed $(wc -w <<<"$leftovers" | tr -d ' ') containers that the launcher had left}"
}

labs() {
  progress 'every command and every check'
  vitest run --root infra/docs labs.test.mts ${LAB:+--testNamePattern "$LAB-"}
  note 'done as they are written'
}

step engine "$ROOT/infra/engine/engine.sh"
step packages install_packages
step build build
read -r PORT CONTROL_PORT PROMETHEUS_PORT GRAFANA_PORT < <(node -e 'const servers = [0, 0, 0, 0].map(() => require("net").createServer().listen(0, "127.0.0.1"));
  setTimeout(() => { console.log(servers.map((server) => server.address().port).join(" ")); process.exit(); }, 50)')
LABS_COPY=$(mktemp -d "${TMPDIR:-/tmp}/labs.XXXXXX")
export PORT CONTROL_PORT PROMETHEUS_PORT GRAFANA_PORT LABS_COPY
begun=yes
step copy copy_repository
step labs labs
