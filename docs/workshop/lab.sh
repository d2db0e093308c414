# Commands for the labs. In each terminal, in the repository's folder:  . docs/workshop/lab.sh
# They hide loops and filters, not ideas: read them when you want to know what a lab has looked at.

lab_stack=${STACK:-serverless-vote}
page=http://localhost:${PORT:-8080}
control=http://127.0.0.1:${CONTROL_PORT:-9000}
classic=http://localhost:${CLASSIC_PORT:-8081}
classic_results=http://localhost:${CLASSIC_RESULTS_PORT:-8082}
voter=3b241101-e2bb-4255-8caf-4136c566a962

# containers: role and name of each running container of the stack.
containers() {
  docker ps --filter "label=org.serverless-vote.launcher=$lab_stack" \
    --format '{{.Label "org.serverless-vote.role"}} {{.Label "org.serverless-vote.name"}}' | sort
}

# ids record-vote: the IDs of its containers, also of those that have exited.
ids() { docker ps --all --quiet --filter "label=org.serverless-vote.launcher=$lab_stack" --filter "label=org.serverless-vote.name=$1"; }

# running record-vote, or running: how many containers of this name, or in total, run.
running() {
  docker ps --quiet --filter "label=org.serverless-vote.launcher=$lab_stack" --filter "label=org.serverless-vote.name${1:+=$1}" | wc -l | tr -d ' '
}

# wait_until COMMAND…: tries once a second until it succeeds; gives up after a minute.
wait_until() {
  lab_tries=0
  until "$@" >/dev/null 2>&1; do
    lab_tries=$((lab_tries + 1))
    [ $lab_tries -lt 60 ] || { echo "Waited a minute for: $*"; return 1; }
    sleep 1
  done
}

# open_page: requests the vote page, as a browser does. Containers are kept ready for a while.
open_page() { curl -s -o /dev/null "$page/"; }

# are_ready record-vote 2: are two of its containers ready, and unused?
are_ready() { metric "containers{name=\"$1\",state=\"prewarmed\"}" | grep -q " $2\$"; }

# is_ready record-vote 2: the same, and the page is requested, because they exit without work.
is_ready() { open_page && are_ready "$@"; }

# has record-vote 0: does exactly this number of its containers exist?
has() { [ "$(ids "$1" | wc -l)" -eq "$2" ]; }

# are_running 6: do so many containers run, in total?
are_running() { [ "$(running)" -eq "$1" ]; }

# is_idle: do only the two permanent containers run?
is_idle() { [ "$(running)" -eq 2 ]; }

# metric NAME: the launcher's metrics that begin with this text.
metric() { curl -s "$control/metrics" | grep -F "$1" | grep -v '^#'; }

# vote cats: votes as the page does, each time as a new voter, and prints the receipt.
vote() { lab_choice=$1 && shift && curl -s "$page/vote" -H 'accept: application/json' -d "choice=$lab_choice" "$@"; }

# total: how many votes are counted.
total() { curl -s "$page/results.json" | sed -n 's/.*"total": \([0-9]*\).*/\1/p'; }

# invoke FUNCTION EVENT: calls a function, and prints the headers that describe its container.
invoke() {
  curl -si "$control/2015-03-31/functions/$1/invocations" -d "$2" | grep -iE '^(x-start-kind|x-container-id|server-timing)'
}

# polls: id, status, votes and number of answers of each question.
polls() {
  npx fn invoke list-polls 2>/dev/null | node -e 'const { polls } = JSON.parse(require("node:fs").readFileSync(0));
    for (const { id, status, total, options } of polls) console.log(id, status, total, options.length)'
}

# crowd ADDRESS 50: so many votes at the same moment, each by a new voter; counts the statuses of the answers.
crowd() {
  lab_address=$1 lab_count=$2 && shift 2
  curl -s --no-progress-meter --parallel --parallel-immediate --parallel-max 50 -H 'accept: application/json' -d choice=dogs \
    -w '\n%{http_code}\n' "$@" "$lab_address?n=[1-$lab_count]" | grep -xE '[0-9]+' | sort | uniq -c
}

# stuck_crowd 2: waits until so many containers of record-vote are ready, pauses them while fifty people vote, and continues when all fifty have
# arrived: they are in a container, wait, or have been refused.
stuck_crowd() {
  wait_until is_ready record-vote "$1" || return
  lab_before=$(arrived record-vote)
  lab_stuck=$(ids record-vote)
  echo "$lab_stuck" | xargs docker pause >/dev/null
  lab_answers=$(mktemp)
  crowd "$page/vote" 50 >"$lab_answers" &
  wait_until have_arrived record-vote $((lab_before + 50 - $1))
  echo "$lab_stuck" | xargs docker unpause >/dev/null
  wait $!
  cat "$lab_answers"
  rm "$lab_answers"
}

# arrived record-vote: how many events wait, or have been refused since the launcher started.
arrived() { metric "{function=\"$1\"" | grep -E '^invocations_waiting[{]|"throttled"' | awk '{ sum += $NF } END { print sum + 0 }'; }
have_arrived() { [ "$(arrived "$1")" -ge "$2" ]; }

# memory ID…: what the kernel charges to these containers, in total.
memory() {
  docker stats --no-stream --format '{{.MemUsage}}' "$@" | awk '{ sum += $1 } END { printf "%.0f MiB in %d containers\n", sum, NR }'
}

# classic_ids, classic_ids redis: the IDs of the classic application's running containers, or of one.
classic_ids() {
  docker ps --quiet --filter "label=org.serverless-vote.classic=$lab_stack" --filter "label=com.docker.compose.service${1:+=$1}"
}

# classic_total: how many votes the classic results page shows.
classic_total() { curl -s "$classic_results/" | sed -n 's/.*data-testid="total">\([0-9]*\)<.*/\1/p'; }

# check 1: is the exercise of lab 1 done?
check() {
  if "lab_check_$1" >/dev/null 2>&1; then
    echo "Exercise $1: right."
  else
    echo "Exercise $1: not yet."
    return 1
  fi
}

. docs/workshop/checks.sh
