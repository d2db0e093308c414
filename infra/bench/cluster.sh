#!/usr/bin/env bash
# The benchmark's own cluster of three nodes, started by the same scripts as every cluster.
#
#   cluster.sh up           the cluster and the stack, as shipped
#   cluster.sh single-use   redeploys the stack with a single-use record-vote
#   cluster.sh down         STACK, PORT, CONTROL_PORT, IMAGE_TAG and the idle timeouts come from the environment
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
