#!/usr/bin/env bash
# make screenshots: regenerates the screenshots in docs/images, on a stack of their own that is removed afterwards.
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/launcher-settings.sh"
forget_settings
export STACK=serverless-vote-pictures

. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/stack/start.sh"

begun=
finish() {
  [ -z "$begun" ] || GO_ON=1 step down take_down --volumes
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

chromium() {
  "$ROOT/infra/stack/chromium.sh" >"$ROOT/.cache/chromium"
  note "$(cat "$ROOT/.cache/chromium")"
}

pictures() {
  progress 'voting, and taking screenshots'
  node apps/e2e/screenshots.ts
  note "$(cd docs/images && ls ./*.png | wc -l | tr -d ' ') pictures in docs/images"
}

step engine "$ROOT/infra/engine/engine.sh"
step packages install_packages
step build build
step images "$ROOT/infra/images/build.sh"
step chromium chromium

read -r PORT CONTROL_PORT < <(free_ports)
# The address that the screenshots show; nothing connects to it.
export PORT CONTROL_PORT PUBLIC_URL=http://192.168.1.20:8080
export BASE_URL=http://localhost:$PORT CONTROL_URL=http://127.0.0.1:$CONTROL_PORT
CHROMIUM_PATH=$(cat "$ROOT/.cache/chromium")
export CHROMIUM_PATH
choose_urls
begun=yes
GO_ON=1 step remains take_down --volumes
step start start_stack
step ready wait_until_ready
step pictures pictures
