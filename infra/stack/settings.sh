# The stack's settings, and how to call compose. Sourced by the other scripts.
#
# A setting comes from make (make run PORT=8081), else the environment, else .env, else its default.

. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"
. "$ROOT/infra/stack/launcher-settings.sh"
cd "$ROOT"

# node 26 and turbo; then the npm that is installed where the machine's own is too old
PATH=$ROOT/node_modules/.bin:$ROOT/.cache/npm/node_modules/.bin:$PATH
export TURBO_TELEMETRY_DISABLED=1 NEXT_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1
export COMPOSE_IGNORE_ORPHANS=1 DOCKER_CLI_HINTS=false

# .env: KEY=value lines; quotes around a value are dropped.
read_env_file() {
  local key value
  while IFS='=' read -r key value || [ -n "$key" ]; do
    key=${key#export }
    [[ $key =~ ^[A-Za-z_][A-Za-z_0-9]*$ ]] || continue
    [ -z "${!key+set}" ] || continue
    value=${value%$'\r'}
    case $value in \"*\" | \'*\') value=${value:1:${#value}-2} ;; esac
    export "$key=$value"
  done <"$1"
}
if [ -f .env ] && [ -z "${WITHOUT_ENV_FILE:-}" ]; then read_env_file .env; fi

export STACK=${STACK:-serverless-vote}
export IMAGE_TAG=${IMAGE_TAG:-latest}
export PORT=${PORT:-8080}
export CONTROL_PORT=${CONTROL_PORT:-9000}
export BIND=${BIND:-127.0.0.1}
# The folder of this clone, with symbolic links resolved. It is a label of the stack.
CLONE=$(pwd -P)
export CLONE

# https://fetch.spec.whatwg.org/#port-blocking
REFUSED_BY_BROWSERS='1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080'

# The launcher has no folder of the host, so it gets the text of the file.
read_polls() {
  [ -n "${POLLS:-}" ] && [[ $POLLS != *$'\n'* ]] || return 0
  [ -f "$POLLS" ] || fail "POLLS=$POLLS is not a file." 'It has a line for each question, a line for each option, and a blank line between questions.' 'make run POLLS=polls.txt'
  POLLS=$(cat -- "$POLLS")
  export POLLS
}

check_settings() {
  local name
  read_polls
  for name in PORT CONTROL_PORT; do
    [[ ${!name} =~ ^[0-9]{1,5}$ ]] && [ "${!name}" -ge 1 ] && [ "${!name}" -le 65535 ] ||
      fail "$name=${!name} is not a port." 'A port is a number from 1 to 65535.' "make run $name=8081"
  done
  [ "$PORT" != "$CONTROL_PORT" ] || fail "PORT and CONTROL_PORT are both $PORT." '' "make run PORT=8080 CONTROL_PORT=9000"
  [[ $BIND =~ ^[0-9]{1,3}(\.[0-9]{1,3}){3}$ ]] ||
    fail "BIND=$BIND is not an IPv4 address." '' 'make run BIND=0.0.0.0 opens the pages to your network.'
  [[ ! $BIND =~ (^|\.)(2[6-9][0-9]|25[6-9]|[3-9][0-9]{2})(\.|$) ]] ||
    fail "BIND=$BIND is not an IPv4 address." 'Each of its four numbers is at most 255.' 'make run BIND=0.0.0.0 opens the pages to your network.'
  [[ " $REFUSED_BY_BROWSERS " != *" $PORT "* ]] ||
    fail "PORT=$PORT is one that browsers refuse to open." 'It belongs to another protocol: https://fetch.spec.whatwg.org/#port-blocking' 'make run PORT=8081'
  [[ $STACK =~ ^[a-z0-9][a-z0-9_-]*$ ]] ||
    fail "STACK=$STACK is not a compose project's name." 'It is made of a-z, 0-9, _ and -.' 'make run STACK=my-vote'
}

# Version 2 if it is there, else 1.29. Without docker-compose.override.yml, which is for those who have no make.
compose() {
  local COMPOSE_FILE=${COMPOSE_FILE:-docker-compose.yml}
  export COMPOSE_FILE
  if docker compose version >/dev/null 2>&1; then
    docker compose --project-name "$STACK" "$@"
  else
    docker-compose --project-name "$STACK" "$@"
  fi
}

# ours <docker ps arguments…>: the containers of this stack, permanent and on demand
ours() { docker ps --quiet --no-trunc --filter "label=org.serverless-vote.launcher=$STACK" "$@"; }
permanent() { ours --filter label=org.serverless-vote.role=permanent --filter "label=org.serverless-vote.name=$1" "${@:2}"; }

# Stops what `make monitor` started, because it uses the stack's network. With --volumes it also removes the recorded data.
stop_watching() {
  local watchers=label=org.serverless-vote.monitoring=$STACK
  docker ps --all --quiet --filter "$watchers" | xargs docker rm --force 2>/dev/null || true
  [ "${1:-}" != --volumes ] || docker volume ls --quiet --filter "$watchers" | xargs docker volume rm 2>/dev/null || true
}

# Takes the stack down: the launcher drains and removes its sandboxes, then the database stops. Removes what a
# killed launcher has left, and lists it in $leftovers.
# take_down [--volumes]
take_down() {
  local is_down=yes
  stop_watching "$@"
  compose down --timeout 30 "$@" 2>&1 || is_down=
  leftovers=$(ours --all)
  # shellcheck disable=SC2086
  [ -z "$leftovers" ] || docker rm --force --volumes $leftovers
  # Leftover containers may have used the volumes.
  [ -n "$is_down" ] && [ -z "$leftovers" ] || compose down "$@" 2>&1
}

# The classic voting application, next to the stack.
classic() {
  local tool='docker-compose'
  if docker compose version >/dev/null 2>&1; then tool='docker compose'; fi
  $tool --project-name "$STACK-classic" --file apps/classic/docker-compose.yml "$@"
}

# LOCAL_URL is for requests from this machine; PUBLIC_URL is the address that people type.
choose_urls() {
  local host=localhost
  case $BIND in
    0.0.0.0) LOCAL_URL=http://127.0.0.1:$PORT && host=$(node "$ROOT/infra/stack/lan-address.mjs") ;;
    127.*) LOCAL_URL=http://127.0.0.1:$PORT ;;
    *) LOCAL_URL=http://$BIND:$PORT && host=$BIND ;;
  esac
  export PUBLIC_URL=${PUBLIC_URL:-http://$host:$PORT}
}
