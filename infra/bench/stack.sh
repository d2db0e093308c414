#!/usr/bin/env bash
# One of the benchmark's own stacks, started by the same scripts as every stack.
#
#   stack.sh up|down     STACK, PORT, CONTROL_PORT, IMAGE_TAG and the idle timeouts come from the environment
#   stack.sh classic-up  the classic application; names of images and ports come from the environment
set -euo pipefail
export WITHOUT_ENV_FILE=1
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"

case $1 in
  up) compose up --detach ;;
  down) take_down --volumes ;;
  classic-up) classic up --detach ;;
esac
