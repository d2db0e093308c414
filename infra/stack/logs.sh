#!/usr/bin/env bash
# make logs: follows both permanent containers; what functions write comes with the launcher's lines.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

[ -n "$(permanent launcher --all)" ] || fail 'Nothing is running.' "There is no stack named $STACK." 'make run'

# A job of its own has the terminal, so Ctrl-C is for it alone: make, which would call that an error, doesn't get it.
set -m
node infra/stack/logs.mts "launcher=$(permanent launcher --all)" "database=$(permanent database --all)"
