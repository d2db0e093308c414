# Runs suites of tests and counts them; the last line of all is `N passed, N failed`. Sourced by who runs tests, after
# say.sh; what was started is taken away by their `take_all_down`, if `begun` says so, whatever happens.

passed=0
failed=0
begun=

finish() {
  local status=$?
  if [ -n "$begun" ]; then GO_ON=1 step down take_all_down; fi
  [ "${step_status:-0}" -eq 0 ] || status=1
  # Whatever ended this early is a failure, though no runner counted it.
  if [ $status -ne 0 ] && [ $failed -eq 0 ]; then failed=1; fi
  [ $failed -eq 0 ] || status=1
  echo "$passed passed, $failed failed"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# suite <name> <command…>: runs tests and counts them. One that fails does not keep the next from running.
suite() {
  local here_passed here_failed
  GO_ON=1 step "$@"
  # Vitest:      "   Tests  1 failed | 12 passed (13)", behind turbo's prefix when it comes from the cache
  # Playwright:  "  12 passed (30.1s)", each outcome on a line of its own
  # A script of ours: "12 passed, 1 failed", which is its last line
  read -r here_passed here_failed < <(awk '
    / Tests  / || /^ +[0-9]+ (passed|failed|flaky|interrupted|did not run)/ || /^[0-9]+ passed, [0-9]+ failed$/ {
      for (i = 1; i < NF; i++) if ($i ~ /^[0-9]+$/) {
        if ($(i + 1) ~ /^(passed|flaky)/) passed += $i
        if ($(i + 1) ~ /^(failed|interrupted|did)/) failed += $i
      }
    }
    END { print passed + 0, failed + 0 }' "$ROOT/.cache/logs/$1.log")
  # Broken before it could count, or so quiet that nobody knows what it did.
  if [ "$step_status" -ne 0 ] && [ "$here_failed" -eq 0 ]; then here_failed=1; fi
  passed=$((passed + here_passed))
  failed=$((failed + here_failed))
}
