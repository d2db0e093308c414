#!/usr/bin/env bash
# The machine of make modern-test by hand: `up` (IMAGE_STORE=containerd|overlay2, RUNTIME=runc|crun), `run <command…>` in its copy
# of the project as root, or as AS=voter, who is only in the group docker, and `down`.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../stack/settings.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/engine/modern/machine.sh"

can_have_a_machine
case ${1:-} in
  up) "$ROOT/infra/engine/modern/root.sh" && machine_up && start_engine "${IMAGE_STORE:-containerd}" ;;
  run) in_project "${AS:-root}" 3600 bash -c "${*:2}" ;;
  down) machine_down ;;
  *) fail "by-hand.sh can't ${1:-do nothing}." '' 'infra/engine/modern/by-hand.sh up|run|down' ;;
esac
