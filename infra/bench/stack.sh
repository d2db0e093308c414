#!/usr/bin/env bash
# One of the bench's own stacks, with the scripts that every stack is started with.
#
#   stack.sh up|down     STACK, PORT, CONTROL_PORT, IMAGE_TAG and the idle timeouts come by the environment
set -euo pipefail
export WITHOUT_ENV_FILE=1
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"

case $1 in
  up) compose up --detach ;;
  down) take_down --volumes ;;
esac
