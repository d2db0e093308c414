#!/usr/bin/env bash
# make logs: follows both permanent containers; the launcher's log includes the functions' output.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

[ -n "$(permanent launcher --all)" ] || fail 'Nothing is running.' "There is no stack named $STACK." 'make run'

# Runs as a foreground job of its own, so that only it gets Ctrl-C, and make doesn't report an error.
set -m
node infra/stack/logs.mts "launcher=$(permanent launcher --all)" "database=$(permanent database --all)"
