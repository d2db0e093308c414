share='sum(invocations_total{function="record-vote",start_kind="warm"}) / sum(invocations_total{function="record-vote"})'
