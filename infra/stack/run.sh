#!/usr/bin/env bash
# make run: from a clone to a page that answers. Again with nothing changed, it takes seconds.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"
. "$ROOT/infra/stack/guard.sh"

# On failure, an existing stack keeps running; a new one that doesn't work is removed.
started=
clean_up() {
  [ -n "$started" ] || return 0
  say '  The half-started stack is taken down; its votes stay.'
  take_down >>"$(logs)/start.log" 2>&1 || say '  That failed: make stop tries again.'
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

check_settings
lock_stack 'make run'
choose_urls
[ "$BIND" != 0.0.0.0 ] || say "  ! BIND=0.0.0.0: everybody in your network can open $PUBLIC_URL. The control API stays private."

step engine "$ROOT/infra/engine/engine.sh"
check_clone 'make run' "$(permanent launcher --all)"
step ports check_ports
step packages install_packages
step build build
step images "$ROOT/infra/images/build.sh"
[ -n "$(permanent launcher)" ] || started=yes
step settings check_launcher_settings
step start start_stack
step ready wait_until_ready
started=

say "
    Vote      $PUBLIC_URL
    Results   $PUBLIC_URL/results
    Live      $PUBLIC_URL/live?key=$(cat .secrets/presenter-key)
    Present   $PUBLIC_URL/present?key=$(cat .secrets/presenter-key)
    API       http://127.0.0.1:$CONTROL_PORT  (control API: invoke, metrics, health; this machine only)
"
# Shown only once.
[ ! -e ".cache/introduced-$STACK" ] || exit 0
touch ".cache/introduced-$STACK"
say "  Launcher and database keep running. Everything else starts when there is work, and goes when there is none.
  The last two links have the presenter's key: anyone with one of them may ask questions, cast votes and kill containers.
  Others get /live without it.

  Try this
    Vote, with the results open in another window: they move by themselves.
    docker events --filter label=org.serverless-vote.role=on-demand    a vote's container comes and goes
    docker ps                                                          after a minute: two containers
    make logs     what happens, as it happens
    make stop     stops everything and keeps the votes
"
