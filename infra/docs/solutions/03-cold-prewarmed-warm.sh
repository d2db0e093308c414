docker kill $(ids record-vote)
invoke record-vote "$event"
