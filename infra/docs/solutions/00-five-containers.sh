make classic
curl -s -o /dev/null -d 'choice=%00' "$classic/"
wait_until lab_check_0
