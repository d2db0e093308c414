#!/usr/bin/env bash
# make monitor: Prometheus and Grafana beside the stack that runs. Where their images can't be pulled there is
# Prometheus alone, made of Debian's package; nothing is installed on this machine.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"

export PROMETHEUS_PORT=${PROMETHEUS_PORT:-9090} GRAFANA_PORT=${GRAFANA_PORT:-3001}
GRAFANA=grafana/grafana:12.1.0
CHOSEN=$ROOT/.cache/prometheus-image
PROMETHEUS_URL=http://127.0.0.1:$PROMETHEUS_PORT
GRAFANA_URL=http://127.0.0.1:$GRAFANA_PORT

watchers() {
  local tool='docker-compose'
  if docker compose version >/dev/null 2>&1; then tool='docker compose'; fi
  $tool --project-name "$STACK-monitoring" --file infra/monitoring/docker-compose.yml "$@"
}

check_stack() {
  [ -n "$(permanent launcher)" ] || fail 'There is no stack to monitor.' "No stack named $STACK is running." 'make run'
  is_free PROMETHEUS_PORT 9091
  [ -z "$with_grafana" ] || is_free GRAFANA_PORT 3002
  note "$STACK runs"
}

# is_free <setting> <another port>: nobody answers there, or a watcher of ours does
is_free() {
  [ -z "$(docker ps --quiet --filter "label=org.serverless-vote.monitoring=$STACK" --filter "publish=${!1}")" ] || return 0
  ! (exec 4<>"/dev/tcp/127.0.0.1/${!1}") 2>/dev/null ||
    fail "Port ${!1} is taken." 'Another program listens there.' "make monitor $1=$2"
}

choose_image() {
  "$ROOT/infra/images/base.sh" prometheus >"$CHOSEN"
  note "$(cut -d= -f2 "$CHOSEN")"
}

start() {
  progress 'compose up'
  # Prometheus doesn't follow its relay into a new network: the old containers are removed, and the recorded data is kept.
  stop_watching
  # The relays need an image with node, and this one exists.
  LAUNCHER_IMAGE=$(docker inspect --format '{{.Config.Image}}' "$(permanent launcher)")
  export LAUNCHER_IMAGE
  esbuild infra/monitoring/relay.mts --bundle --platform=node --format=esm --log-level=warning --outfile=.cache/monitoring/relay.mjs
  # shellcheck disable=SC2086
  watchers $with_grafana up --detach 2>&1
  note "Prometheus${with_grafana:+ and Grafana}"
}

# Ready means that Prometheus has scraped the launcher.
wait_until_ready() {
  local deadline=$((SECONDS + 180))
  until asked_the_launcher; do
    [ $SECONDS -lt $deadline ] ||
      fail 'Prometheus got no answer from the launcher within 3 min.' "$(last_error)" "make logs shows the launcher's side."
    sleep 0.3
  done
  note 'the launcher answers'
}

asked_the_launcher() { node infra/monitoring/prometheus.mts "$PROMETHEUS_URL" up; }
last_error() { node infra/monitoring/prometheus.mts "$PROMETHEUS_URL" trouble; }

step prometheus choose_image
# shellcheck source=/dev/null
. "$CHOSEN"
export PROMETHEUS_IMAGE
# Where Prometheus couldn't be pulled, Grafana can't be pulled either.
with_grafana=
if [[ $PROMETHEUS_IMAGE != serverless-vote/* ]] || docker image inspect $GRAFANA >/dev/null 2>&1; then
  with_grafana='--profile grafana'
fi
step stack check_stack
step start start
step ready wait_until_ready

# Debian's package has the older pages only.
alerts=/alerts
[[ $PROMETHEUS_IMAGE != serverless-vote/* ]] || alerts=/classic/alerts

say "
    Metrics    $PROMETHEUS_URL
    Alerts     $PROMETHEUS_URL$alerts"
if [ -n "$with_grafana" ]; then
  say "    Dashboard  $GRAFANA_URL"
else
  say "    No dashboard: $GRAFANA can't be pulled. infra/monitoring/grafana/serverless-vote.json is ready for a
    Grafana of your own; docs/monitoring.md has its queries in words."
fi
say "
    make monitor-stop ends this; what was recorded stays. make stop ends it, too.
"
