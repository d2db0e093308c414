#!/usr/bin/env bash
# The state before and after every lab, whatever happened in it: the copy's files as in the
# repository, no container, no votes, no Swarm. Run by labs.test.mts before and after each lab; labs.sh has set the environment.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"
. "$ROOT/infra/swarm/nodes.sh"

# The copy's own repository, never an enclosing one.
export GIT_DIR=$LABS_COPY/.git GIT_WORK_TREE=$LABS_COPY
git -C "$LABS_COPY" reset --quiet --hard
# Files that git ignores stay: packages, builds, secrets.
git -C "$LABS_COPY" clean --quiet -d --force
unset GIT_DIR GIT_WORK_TREE

[ -z "$(docker ps --all --quiet --filter "label=$CLUSTER_LABEL=$STACK")" ] || "$ROOT/infra/swarm/cluster.sh" down
if [ -n "$(ours --all)$(docker volume ls --quiet --filter "name=^${STACK}_")" ]; then take_down --volumes; fi
if [ -n "$(docker ps --all --quiet --filter "label=org.serverless-vote.classic=$STACK")" ]; then classic down --volumes --timeout 10 >/dev/null 2>&1; fi
