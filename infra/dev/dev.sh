#!/usr/bin/env bash
# make dev: starts the stack, and the pages in development mode on this machine; saved changes take effect a moment later.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../stack/settings.sh"

export DEV_PORT=${DEV_PORT:-3000}
check_settings
[[ $DEV_PORT =~ ^[0-9]{4,5}$ ]] || fail "DEV_PORT=$DEV_PORT is not a port." 'A port that needs no root is a number from 1024 to 65535.' 'make dev DEV_PORT=3001'
# Checked first, because starting the stack takes longer.
! (exec 4<>"/dev/tcp/127.0.0.1/$DEV_PORT") 2>/dev/null ||
  fail "Port $DEV_PORT is taken." 'The pages in development mode want it.' 'make dev DEV_PORT=3001'
choose_urls
export LOCAL_URL

"$ROOT/infra/stack/run.sh"
exec node infra/dev/dev.mts
