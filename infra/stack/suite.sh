# Runs test suites, one after the other or in parallel lanes, and counts them. Sourced by the scripts that run tests,
# after say.sh.
#
#   suite <name> <command…>   runs tests and counts them; if one fails, the next still runs
#   lane <name> <command…>    runs steps and suites in parallel to what follows, in a shell and a process group of its own
#   runner <command…>         a test runner: the output of scripts that its tests start isn't taken for the suite's
#   run_vitest <project> <…>  vitest, with the reporters that the counter and the summary read
#
# If `begun` is set, a shell calls its `take_all_down` in any case, which removes what it started. At the end it prints the failures of
# all suites, their names, how long each took with its steps (named `<suite>-…`), and as the last line `N passed, N failed`.

. "$ROOT/infra/stack/test-log.sh"

# One line per suite: `<name> <seconds since the epoch>` when it starts, `<name> <passed> <failed>` when it ends.
STARTED=$(mktemp)
COUNTED=$(mktemp)
# `<name> <seconds>` of each step and suite that has ended.
TOOK=$(mktemp)
BEGAN=$(date +%s)
lanes=()
ticker=
in_lane=
begun=
failure_counted=

finish() {
  local status=$? lane running
  trap '' INT TERM HUP
  stop_counting
  # Those that run still: a lane may not be in $lanes yet, and the number of one that has ended may be somebody else's by now.
  running=$(jobs -pr)
  for lane in $running; do kill -TERM "-$lane" 2>/dev/null || kill -KILL "$lane" 2>/dev/null || true; done
  for lane in $running; do
    wait "$lane" 2>/dev/null || true
    # What is left of it is a program that neither signal has reached.
    kill -KILL "-$lane" 2>/dev/null || true
  done
  # bash blocks SIGTERM while it starts a program, which the first one may therefore not have reached.
  [ -z "$in_lane" ] || [ $status -eq 0 ] || kill -TERM 0
  if [ -n "$begun" ]; then GO_ON=1 step "${in_lane:+$in_lane-}down" take_all_down; fi
  [ "${step_status:-0}" -eq 0 ] || status=1
  if [ -z "$in_lane" ] && grep -qE ' [1-9][0-9]*$' "$COUNTED"; then failure_counted=yes; fi
  # An early end is a failure, even if no runner counted it.
  if [ $status -ne 0 ] && [ -z "$failure_counted" ]; then echo "${in_lane:-preparation} 0 1" >>"$COUNTED"; fi
  [ -z "$in_lane" ] || exit $status
  summarize || [ $status -ne 0 ] || status=1
  rm -f "$STARTED" "$COUNTED" "$TOOK"
  exit $status
}
end_well() {
  trap finish EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
}
end_well

lane() {
  # A signal to the whole group also reaches the runner that the shell is waiting for.
  set -m
  (
    set +m
    lanes=() ticker= failure_counted= in_lane=$1
    shift
    # Only the main shell prints progress.
    progress() { :; }
    end_well
    "$@"
  ) &
  set +m
  lanes+=($!)
}

wait_for_lanes() {
  local lane
  for lane in ${lanes[@]+"${lanes[@]}"}; do wait "$lane" || true; done
  lanes=()
}

suite() {
  local name=$1 log began status took noted here_passed here_failed counts
  shift
  mkdir -p "$(logs)"
  log=$(logs)/$name.log
  : >"$log"
  : >"$log.note"
  echo "$name $(date +%s)" >>"$STARTED"
  began=$(now)
  # Not `if "$@"`: a condition would disable errexit inside.
  set +e
  (
    set -e
    export STEP_NAME=$name STEP_NOTE=$log.note
    "$@"
  ) >"$log" 2>&1 8>&-
  status=$?
  set -e
  noted=$(cat "$log.note")
  rm -f "$log.note" "$log.note.said"
  took=$(seconds_since "$began")
  echo "$name $took" >>"$TOOK"
  read -r here_passed here_failed < <(outcomes "$log")
  # It failed before it could count, or printed no counts.
  if [ $status -ne 0 ] && [ "$here_failed" -eq 0 ]; then here_failed=1; fi
  echo "$name $here_passed $here_failed" >>"$COUNTED"
  counts=$noted
  [ $((here_passed + here_failed)) -eq 0 ] || counts="$here_passed passed${noted:+; $noted}"
  if [ "$here_failed" -eq 0 ]; then
    say "$(printf '  ✓ %-11s %s  (%s s)' "$name" "$counts" "$took")"
  else
    failure_counted=yes
    say "$(printf '  ✗ %-11s %s, %d failed  (%s s)' "$name" "$counts" "$here_failed" "$took" && failures "$log")"
  fi
}

# how_far: `integration 143 of 402, browser 20 of 96, 3 min` of the suites that run now
how_far() {
  local line='' oldest='' name since
  while read -r name since; do
    ! grep -q "^$name " "$COUNTED" || continue
    oldest=${oldest:-$since}
    line="$line, $name $(counted_so_far "$(logs)/$name.log")"
  done <"$STARTED"
  [ -z "$line" ] || progress "${line#, }, $(lasted $(($(date +%s) - oldest)))"
}

# while_counting <command…>: shows the suites' progress meanwhile, on a terminal every second, else every 30 s.
while_counting() {
  local every=${PROGRESS_EVERY_S:-30}
  if on_a_terminal; then every=1; fi
  (
    trap - EXIT HUP INT TERM
    while true; do
      for _ in $(seq "$every"); do sleep 1; done
      how_far
    done
  ) &
  ticker=$!
  "$@"
  stop_counting
}

stop_counting() {
  [ -n "$ticker" ] || return 0
  # By a signal that it could handle, a ticker that has only just started would end as this shell does, traps and all.
  kill -KILL "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  ticker=
}

runner() { env -u STEP_NAME -u STEP_NOTE "$@"; }

# Counting takes some seconds, so it doesn't come first.
run_vitest() {
  local status=0
  { echo "Running $(vitest list --no-static-parse --no-isolate --project "$@" 2>/dev/null | grep -c ' > ') tests"; } &
  runner vitest run --reporter verbose --project "$@" || status=$?
  wait
  return $status
}

# `476 s: preparation 9 s, unit 26 s, …`; lanes overlap, so the parts may add up to more than the whole.
time_of_parts() {
  awk -v all=$(($(date +%s) - BEGAN)) '
    FILENAME == ARGV[1] { suites[$1]; next }
    {
      part = $1
      if (!(part in suites)) sub(/-[^-]*$/, "", part)
      if (!(part in suites)) part = $1 == "down" ? "removal" : "preparation"
      if (!(part in sum)) order[++parts] = part
      sum[part] += $2
    }
    END {
      printf "  %d s", all
      for (i = 1; i <= parts; i++) printf "%s %s %.0f s", (i > 1 ? "," : ":"), order[i], sum[order[i]]
      print ""
    }' "$COUNTED" "$TOOK"
}

summarize() {
  local name here_passed here_failed passed=0 failed=0 log
  while read -r name here_passed here_failed; do
    passed=$((passed + here_passed))
    failed=$((failed + here_failed))
    log=$(logs)/$name.log
    if [ "$here_failed" -gt 0 ] && [ -e "$log" ]; then
      say "
  ✗ $name: $here_failed failed. The end of ${log#"$ROOT"/}:

$(excerpt "$log")"
    fi
  done <"$COUNTED"
  if [ $failed -gt 0 ]; then
    say "
  Failed:"
    while read -r name _ here_failed; do
      [ "$here_failed" -eq 0 ] || say "$(printf '  ✗ %s' "$name" && failures "$(logs)/$name.log")"
    done <"$COUNTED"
  fi
  say "$(time_of_parts)"
  echo "$passed passed, $failed failed"
  [ $failed -eq 0 ]
}
