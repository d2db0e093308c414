# The output functions of all scripts. Sourced, never run by itself.
#
#   step <name> <command…>   runs the command and prints one line: the result and how long it took;
#                            exits on failure, unless GO_ON is set: then the status is in $step_status
#   progress <text>          inside a step: what it is doing now
#   note <text>              inside a step: what it found or did; shown on its line
#   fail <what> <why> <fix>  prints one clear message, and exits
#   ask <question>           yes or no; no when nobody is at a terminal
#
# A step's output goes to .cache/logs/<name>.log, and is shown only if the step fails. SAY_LOGS names another folder, for commands
# that may run in parallel in the same checkout.
# Works with bash 3.2, which is what macOS has.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The terminal is file descriptor 3, here and in the scripts that a step starts, unless a program in between closed it.
if [ -z "${SAY_SCREEN:-}" ] || ! { : >&3; } 2>/dev/null; then
  exec 3>&2
  export SAY_SCREEN=3
fi

logs() { printf '%s' "$ROOT/${SAY_LOGS:-.cache/logs}"; }

on_a_terminal() { [ -t 3 ]; }
somebody_is_there() { [ -t 0 ] && on_a_terminal && [ -z "${CI:-}" ]; }

# Tenths of a second where bash can (5), else whole seconds.
now() { local t=${EPOCHREALTIME:-$SECONDS.0}; t=${t/,/.}; local d=${t#*.}; printf '%s' "${t%.*}${d:0:1}"; }

# seconds_since <now>: 12.3
seconds_since() { local tenths=$(($(now) - $1)) && printf '%d.%d' $((tenths / 10)) $((tenths % 10)); }

# Removes control characters from untrusted text, except line breaks and tabs.
printable() { LC_ALL=C tr -d '\000-\010\013-\037\177' | LC_ALL=C sed $'s/\302[\200-\237]//g'; }

say() { clear_line && printf '%s\n' "$*" >&3; }

# Clears the line of `progress`.
clear_line() { if on_a_terminal; then printf '\r\033[K' >&3; fi; }

progress() {
  local line="  … $1"
  [ -z "${STEP_NAME:-}" ] || line=$(printf '  … %-11s %s' "$STEP_NAME" "$1")
  if on_a_terminal; then printf '\r\033[K%s' "$line" >&3; else printf '%s\n' "$line" >&3; fi
}

note() { if [ -n "${STEP_NOTE:-}" ]; then printf '%s' "$1" >"$STEP_NOTE"; else say "$1"; fi; }

fail() {
  local why
  why=$(printable <<<"${2:-}")
  clear_line
  printf '\n  ✗ %s\n' "$1" >&3
  [ -z "$why" ] || printf '    Why:  %s\n' "${why//$'\n'/$'\n'          }" >&3
  [ -z "${3:-}" ] || printf '    Fix: %s\n' "${3//$'\n'/$'\n'          }" >&3
  printf '\n' >&3
  [ -z "${STEP_NOTE:-}" ] || : >"$STEP_NOTE.said"
  exit 1
}

ask() {
  somebody_is_there || return 1
  local answer
  printf '\r\033[K  ? %s [y/N] ' "$1" >&3
  read -r answer </dev/tty
  case $answer in [yY]*) return 0 ;; *) return 1 ;; esac
}

step() {
  local began status log marks took
  STEP_NAME=$1
  shift
  mkdir -p "$(logs)"
  log=$(logs)/$STEP_NAME.log
  marks=$log.marks
  rm -f "$marks.said" && : >"$marks"
  began=$(now)
  on_a_terminal && progress ''
  # Not `if "$@"`: a condition would disable errexit inside.
  set +e
  (
    set -e
    export STEP_NAME STEP_NOTE=$marks
    "$@"
    # 8 may be a lock (infra/stack/guard.sh), which a background process must not keep open.
  ) >"$log" 2>&1 8>&-
  status=$?
  set -e
  took=$(seconds_since "$began")
  [ -z "${TOOK:-}" ] || echo "$STEP_NAME $took" >>"$TOOK"
  if [ $status -eq 0 ]; then
    say "$(printf '  ✓ %-11s %s  (%s s)' "$STEP_NAME" "$(cat "$marks")" "$took")"
  elif [ ! -e "$marks.said" ]; then
    explain_failure "$log" || true
  fi
  rm -f "$marks" "$marks.said"
  unset STEP_NAME
  [ $status -eq 0 ] || [ -n "${GO_ON:-}" ] || exit 1
  step_status=$status
}

# A step failed without a message of its own: show the end of its log.
explain_failure() {
  (
    if grep -qiE 'no space left on device|ENOSPC' "$1"; then
      fail "$STEP_NAME: the disk is full." "$(grep -iE -m1 'no space left on device|ENOSPC' "$1")" \
        "Free some space (docker system df shows what Docker uses; docker image prune removes unused images)."
    fi
    if grep -qE 'address already in use|port is already allocated' "$1"; then
      fail "$STEP_NAME: a port is taken." "$(grep -E -m1 'address already in use|port is already allocated' "$1")" 'make run PORT=8081 CONTROL_PORT=9001'
    fi
    fail "$STEP_NAME failed." "$(tail -n "${FAILURE_LINES:-15}" "$1")" "The whole output is in ${1#"$ROOT"/}. make doctor checks the prerequisites."
  )
}
