#!/usr/bin/env bash
# The bench's own cluster of three nodes, with the scripts that every cluster is started with.
#
#   cluster.sh up           with the stack on it, as shipped
#   cluster.sh single-use   the stack again, with record-vote for one event each
#   cluster.sh down         STACK, PORT, CONTROL_PORT, IMAGE_TAG and the idle timeouts come by the environment
set -euo pipefail
export WITHOUT_ENV_FILE=1
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/stack/start.sh"
. "$ROOT/infra/swarm/nodes.sh"
. "$ROOT/infra/swarm/deploy.sh"
choose_urls

case $1 in
  up)
    cluster up
    bring_images
    deploy
    ;;
  single-use) deploy infra/bench/single-use.stack.yml .cache/bench/single-use-catalog.json ;;
  down) cluster down ;;
esac
