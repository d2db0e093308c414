#!/usr/bin/env bash
# make seed N=3000: casts sample votes through the vote page, each from a new voter.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

N=${N:-3000}
check_settings
[[ $N =~ ^[1-9][0-9]{0,6}$ ]] || fail "N=$N is not a number of votes." 'It is a whole number from 1 to 9999999.' 'make seed N=3000'
command -v node >/dev/null || fail 'Node is missing.' 'make run brings it.' 'make run'
choose_urls
exec node infra/stack/seed.mts "$LOCAL_URL" "$N"
