curl -s --max-time 60 "$page/streams/results" &
wait_until has web 0
