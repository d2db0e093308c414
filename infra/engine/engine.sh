#!/usr/bin/env bash
# Makes sure that a Docker Engine answers, and that compose is installed.
#
#   engine.sh          an engine that answers is used as it is; on Debian or Ubuntu a missing one is
#                      installed and started (asking first when a person is at the terminal);
#                      elsewhere it says what to install
#   engine.sh --check  only checks; changes nothing
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"
. "$ROOT/infra/apt.sh"

NEEDED_API=1.41 # Docker 20.10
NEEDED_MB=1024  # what images, database and logs need to breathe
DOCKERD_LOG=/var/log/dockerd.log

# Asks the engine for its version. Sets `version` and `api`, or `error` with the command's message.
engine_answers() {
  local answer
  command -v docker >/dev/null || { error='There is no docker command.' && return 1; }
  if answer=$(docker version --format '{{.Server.Version}} {{.Server.APIVersion}}' 2>&1); then
    read -r version api <<<"$(tail -n 1 <<<"$answer")"
  else
    error=$(tail -n 1 <<<"$answer")
    return 1
  fi
}

# older 1.40 1.41
older() { [ "${1%%.*}" -lt "${2%%.*}" ] || { [ "${1%%.*}" -eq "${2%%.*}" ] && [ "${1#*.}" -lt "${2#*.}" ]; }; }

has_compose() { docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null; }

# Explains why an engine does not answer, where installing another one would not help.
refuse_what_we_can_not_mend() {
  case $error in
    *'permission denied'*)
      fail "You may not use Docker." "$error" "sudo usermod -aG docker $(id -un), then log out and in again (or, for this shell only: newgrp docker)."
      ;;
  esac
  if [ -n "${DOCKER_HOST:-}" ]; then
    fail "Docker does not answer at DOCKER_HOST=$DOCKER_HOST." "$error" "Start that engine, or unset DOCKER_HOST."
  fi
  local context
  context=$(docker context show 2>/dev/null || echo default)
  if [ "$context" != default ]; then
    fail "Docker does not answer (context $context)." "$error" "Start that engine (Docker Desktop, Colima, …), or: docker context use default"
  fi
  [ "$(uname -s)" = Linux ] || fail "Docker does not answer." "$error" \
    "Start Docker Desktop (open -a Docker), or install it: https://docs.docker.com/desktop/"
  has_apt || fail "Docker does not answer." "$error" \
    "Start it (systemctl start docker), or install it: https://docs.docker.com/engine/install/"
}

install_engine() {
  local packages=(docker.io)
  # Newer releases have the command in a package of its own.
  if ! command -v docker >/dev/null && apt_knows docker-cli; then packages+=(docker-cli); fi
  apt_install 'Running containers' "${packages[@]}"
}

install_compose() {
  local package=docker-compose
  # Ubuntu's name for version 2.
  if apt_knows docker-compose-v2; then package=docker-compose-v2; fi
  apt_install 'Starting the two permanent containers' "$package"
}

apt_knows() { [ -n "$(apt-cache show "$1" 2>/dev/null)" ]; }

start_engine() {
  progress 'starting the Docker Engine'
  if [ -d /run/systemd/system ]; then
    as_root systemctl start docker
  else
    # No init system, as in a container: started by hand, in a session of its own, so that it outlives this shell.
    # dockerd and its containerd write PID files, and don't start if one exists. A killed process leaves its file behind, and
    # another process may have its PID by now.
    as_root sh -c 'for file in /var/run/docker.pid /var/run/docker/containerd/containerd.pid; do
        pid=$(cat "$file" 2>/dev/null) || continue
        case $(readlink "/proc/$pid/exe") in */dockerd | */containerd) ;; *) rm -f "$file" ;; esac
      done'
    # Without our open files: a reader of our output would wait until the last of them is closed.
    as_root bash -c "for fd in /proc/self/fd/*; do [ \${fd##*/} -le 2 ] || eval \"exec \${fd##*/}>&-\"; done
      nohup setsid dockerd </dev/null >>$DOCKERD_LOG 2>&1 &"
  fi
  for _ in $(seq 60); do
    engine_answers && return
    sleep 0.5
  done
  fail 'The Docker Engine was started, but does not answer.' "$(start_log)" \
    "Fix what its log says, then: make run"
}

start_log() {
  if [ -d /run/systemd/system ]; then
    as_root journalctl --unit docker --lines 5 --no-pager --output cat 2>&1 || true
  else
    as_root tail -n 5 $DOCKERD_LOG
  fi
}

# Only if the engine's folder is on this machine (with Docker Desktop it is in a virtual machine).
check_disk() {
  local folder free
  folder=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null || true)
  for folder in "$folder" "$ROOT"; do
    [ -d "$folder" ] || continue
    free=$(df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$free" -ge $NEEDED_MB ] || fail "The disk is full." "Only $free MB are free under $folder; $NEEDED_MB MB are needed." \
      "Free some space (docker system df shows what Docker uses; docker image prune removes unused images)."
  done
}

did=answers
if ! engine_answers; then
  refuse_what_we_can_not_mend
  [ "${1:-}" != --check ] || fail 'Docker does not answer.' "$error" 'make run installs and starts it.'
  if [ ! -x /usr/sbin/dockerd ] && ! command -v dockerd >/dev/null; then
    install_engine
    did='was installed and answers'
  fi
  engine_answers || start_engine
fi

! older "$api" $NEEDED_API || fail "The Docker Engine is too old." \
  "It is version $version (API $api); API $NEEDED_API is needed, which is Docker 20.10." \
  "Upgrade it: https://docs.docker.com/engine/install/"

if ! has_compose; then
  if [ "${1:-}" = --check ] || ! has_apt; then
    fail 'Docker Compose is missing.' 'Neither docker compose nor docker-compose is there.' \
      'Install it: https://docs.docker.com/compose/install/'
  fi
  install_compose
fi
check_disk
note "Docker $version $did"
