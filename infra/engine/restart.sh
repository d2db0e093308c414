#!/usr/bin/env bash
# Restarts the Docker Engine that engine.sh started, and with it every container of this machine. Never another engine, such
# as one that systemd or Docker Desktop manages.
#
#   restart.sh          ends it by SIGTERM, and starts it again
#   restart.sh KILL     ends it by SIGKILL instead
#   restart.sh --check  succeeds if there is such an engine; changes nothing
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"
. "$ROOT/infra/apt.sh"

DOCKERD_LOG=/var/log/dockerd.log # where engine.sh lets its engine write, and nobody else's does

not_ours() { fail 'This engine is not ours to restart.' "$1" 'Restart it as it was started.'; }

[ "$(uname -s)" = Linux ] && [ ! -d /run/systemd/system ] || not_ours 'infra/engine starts one only where there is no init system.'
[ -z "${DOCKER_HOST:-}" ] || not_ours "It is another one: DOCKER_HOST=$DOCKER_HOST."
pid=$(cat /var/run/docker.pid 2>/dev/null) || not_ours 'It has left no process id in /var/run/docker.pid.'
[ "$(as_root readlink "/proc/$pid/fd/1")" = $DOCKERD_LOG ] || not_ours 'infra/engine did not start it.'
if [ "${1:-}" = --check ]; then exit 0; fi

as_root kill -"${1:-TERM}" "$pid"
for _ in $(seq 120); do
  [ -e "/proc/$pid" ] || exec "$ROOT/infra/engine/engine.sh"
  sleep 0.25
done
fail 'The Docker Engine does not end.' "Process $pid was told to 30 s ago." "tail $DOCKERD_LOG"
