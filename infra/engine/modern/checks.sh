# What the journeys check. Sourced by them, in the project's folder.

export FUNCTION_IDLE_TIMEOUT_MS=3000 WEB_IDLE_TIMEOUT_MS=5000
passed=0
failed=0

# check <title> <command…>
check() {
  if "${@:2}"; then
    passed=$((passed + 1)) && echo "  ✓ $1"
  else
    failed=$((failed + 1)) && echo "  ✗ $1"
  fi
}

ours() { docker ps --no-trunc --filter label=org.serverless-vote.launcher=serverless-vote "$@"; }
permanent() { ours --quiet --filter label=org.serverless-vote.role=permanent | sort; }

# eventually <command…>: within two minutes, or never
eventually() {
  local deadline=$((SECONDS + 120))
  until "$@"; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.5
  done
}

vote() { curl --silent --show-error --fail --max-time 60 --header 'Accept: application/json' --data choice=cats http://127.0.0.1:8080/vote; }
total_is() { curl --silent --max-time 60 http://127.0.0.1:8080/results.json | grep -Eq "\"total\": *$1\b"; }
two_run() { [ "$(ours --quiet | wc -l)" -eq 2 ] && [ "$(permanent | wc -l)" -eq 2 ]; }
none_is_left() { [ -z "$(ours --all --quiet)" ]; }
