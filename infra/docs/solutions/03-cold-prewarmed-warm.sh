# Another container may be ready before the event is there.
until lab_check_3; do
  docker kill $(ids record-vote) || true
  invoke record-vote "$event"
done
