# The checks of the labs' exercises; lab.sh reads this file. Try the exercise first.

# The classic worker is there, and has ended by itself.
lab_check_0() {
  [ -n "$(classic_ids vote)" ] && [ -n "$(classic_ids redis)" ] && [ -z "$(classic_ids worker)" ]
}

# One voter, two votes, the second for dogs.
lab_check_1() {
  [ "$(curl -s "$page/results.csv" | grep -cE '^(cats,Cats,0|dogs,Dogs,1),')" -eq 2 ] &&
    [ "$(metric 'invocations_total{function="record-vote"' | grep success | awk '{ sum += $NF } END { print sum }')" -ge 2 ]
}

# The file has the results as the results page has them.
lab_check_2() { grep -q "\"total\":$(total)[,}]" by-hand.json; }

# A cold start more than before the exercise.
lab_check_3() {
  [ "$(metric 'invocations_total{function="record-vote",start_kind="cold",outcome="success"' | grep -o '[0-9]*$')" -gt "${cold_before:-0}" ]
}

# One container with one event at a time, and fifty votes at once are all recorded.
lab_check_4() {
  node -e 'const { concurrency, serving } = require("./functions/catalog.json").functions["record-vote"];
    process.exit(concurrency === 1 && serving.inFlight === 1 ? 0 : 1)' && [ "$(stuck_crowd 1 | awk '{ print $1, $2 }')" = '50 200' ]
}

# 500 votes are counted, and the database has found an end without a shutdown at its last start.
lab_check_5() {
  [ "$(total)" = 500 ] && docker logs --tail 200 $(ids database) 2>&1 | grep 'database system was \(not properly shut down\|interrupted\)' | grep -q .
}

# Somebody reads the stream of results, and web has no container.
lab_check_6() { has web 0 && metric results_viewers | grep -q ' [1-9]'; }

# Long names are the caller's fault, and short ones still work.
lab_check_7() {
  npx fn invoke slogan '{"name":"a name of more than twenty characters"}' 2>&1 | grep -q 'slogan failed: InvalidEvent' &&
    npx fn invoke slogan '{"name":"a name of twenty chr"}' 2>/dev/null | grep -q greeting
}

# The image turns a name into capital letters (lab 7, second half).
lab_check_17() {
  [ "$(echo '{"name":"Grace"}' | docker run --rm --interactive --network none serverless-vote/shout:sample)" = '{"shout":"GRACE"}' ]
}

# Lab 8's third node gets no tasks.
lab_check_8() { [ "$(manager docker node inspect node-3 --format '{{.Spec.Availability}}')" = drain ]; }

# The query gives what the launcher's metrics say, as soon as Prometheus has read them.
lab_check_9() { [ -n "$share" ] && wait_until lab_check_9_agrees; }
lab_check_9_agrees() {
  [ "$(query "$share" | awk -F'"' '{ printf "%.4f", $4 }')" = "$(metric 'invocations_total{function="record-vote"' |
    awk '{ all += $NF } /"warm"/ { warm += $NF } END { printf "%.4f", warm / all }')" ]
}

# winner → referee → fetch-results works, and referee may still not vote.
lab_check_10() {
  npx fn invoke winner '{"via":["referee"]}' 2>/dev/null | grep -q label &&
    npx fn invoke winner '{"via":["referee","record-vote"]}' 2>&1 | grep -q AccessDeniedException
}

# A container of likes was killed, and the next call counts two more than `before`: the killed one, and itself.
lab_check_11() {
  metric 'containers_removed_total{name="likes"' | grep -q '"137"' && [ "$(like | grep -o '[0-9]*')" -eq $((before + 2)) ]
}

# Two containers take two events, 23 wait, and 25 are refused.
lab_check_12() { [ "$(stuck_crowd 2 | awk '{ print $1, $2 }' | paste -s -d ' ' -)" = '25 200 25 429' ]; }

# A question that the lab didn't ask is closed, with three answers and three votes.
lab_check_13() { polls | grep -vE '^(cats-or-dogs|tea-or-coffee|mountains-or-sea) ' | grep -qE ' closed ([3-9]|[1-9][0-9]+) [3-8]$'; }
