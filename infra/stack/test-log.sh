# What the log of a suite says: vitest's with --reporter verbose, Playwright's list, or a script's `N passed, N failed`. Sourced.

# outcomes <log>: <passed> <failed>
outcomes() {
  # Vitest:      "   Tests  1 failed | 12 passed (13)", behind turbo's prefix when it comes from the cache
  # Playwright:  "  12 passed (30.1s)", each outcome on a line of its own
  # A script of ours: "12 passed, 1 failed", which is its last line; what it shows of its own runners is in that
  awk '
    /^[0-9]+ passed, [0-9]+ failed$/ { script = 1; script_passed += $1; script_failed += $3; next }
    / Tests  / || /^ +[0-9]+ (passed|failed|flaky|interrupted|did not run)/ {
      for (i = 1; i < NF; i++) if ($i ~ /^[0-9]+$/) {
        if ($(i + 1) ~ /^(passed|flaky)/) passed += $i
        if ($(i + 1) ~ /^(failed|interrupted|did)/) failed += $i
      }
    }
    END { if (script) print script_passed, script_failed; else print passed + 0, failed + 0 }' "$1"
}

# failures <log>: the names of the tests that failed, each on a line
failures() {
  [ -e "$1" ] || return 0
  # Vitest's summary begins lines with FAIL, Playwright's list with a cross.
  sed -nE 's/^ *(FAIL|✘ +[0-9]+) +//p' "$1" | sed -E 's/ \([0-9.]+m?s\)$//' | printable | cut -c1-200 | awk '!seen[$0]++ { print "      " $0 }' |
    { echo && cat; }
}

# excerpt <log>: what is said of the failures; else its end
excerpt() {
  local first
  first=$(grep -nE '⎯ Failed (Tests|Suites) |^ +1\) ' "$1" | head -n 1 | cut -d: -f1)
  if [ -n "$first" ]; then tail -n "+$first" "$1" | head -n 200; else tail -n 60 "$1"; fi | printable | cut -c1-300 | sed 's/^/    /'
}

# counted_so_far <logs…>: `143 of 402`; without the total if no runner has said it
counted_so_far() {
  cat "$@" 2>/dev/null | awk '
    /^ +(✓|×|↓|✘) / || /^ +- +[0-9]+ / { ended++ }
    /^Running [0-9]+ tests?/ { total += $2 }
    END { printf "%d", ended; if (total >= ended && total > 0) printf " of %d", total }'
}

# lasted <seconds>: in words
lasted() { if [ "$1" -lt 60 ]; then echo "$1 s"; else echo "$(($1 / 60)) min"; fi; }
