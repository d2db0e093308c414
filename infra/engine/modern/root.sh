#!/usr/bin/env bash
# Makes what the test machine is made of, in .cache/modern-engine: `root`, a Debian with the newest Docker that has packages, and
# `postgres.tar`, a Debian with its Postgres 18. Both are kept for a week.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../say.sh"
. "$ROOT/infra/apt.sh"

WORK=$ROOT/.cache/modern-engine
DEBIAN=forky
PACKAGES=ca-certificates,docker.io,docker-cli,docker-compose,docker-buildx,docker-registry,containerd,crun,iptables,nodejs,npm,make,git,curl,procps,iproute2,mmdebstrap,debian-archive-keyring,uidmap,xz-utils,libatomic1,chromium,sudo

is_recent() { [ -n "$(find "$1" -maxdepth 0 -mtime -7 2>/dev/null)" ]; }

wanted=()
for command in mmdebstrap:mmdebstrap ip:iproute2 iptables:iptables pgrep:procps unshare:util-linux; do
  command -v "${command%:*}" >/dev/null || wanted+=("${command#*:}")
done
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || wanted+=(debian-archive-keyring)
[ ${#wanted[@]} -eq 0 ] || apt_install 'A machine with a new engine' "${wanted[@]}"

mkdir -p "$WORK"
makers=()
# A mirror that stands still is good enough for a test.
# make_debian <folder or tar> <mmdebstrap arguments…>
make_debian() { mmdebstrap --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' "${@:2}" $DEBIAN "$1"; }

if ! is_recent "$WORK/root"; then
  progress "a Debian $DEBIAN with its Docker, from packages (some minutes; kept for a week)"
  rm -rf "$WORK/root" "$WORK/new-root"
  (
    make_debian "$WORK/new-root" --include=$PACKAGES
    touch "$WORK/new-root"
    mv "$WORK/new-root" "$WORK/root"
  ) &
  makers+=($!)
fi
if ! is_recent "$WORK/postgres.tar"; then
  # As in the official image: uid 999, and no cluster.
  (
    make_debian "$WORK/new-postgres.tar" --include=postgresql-18,locales,less,xz-utils,zstd,libnss-wrapper \
      --essential-hook='echo "postgres:x:999:" >>"$1/etc/group"' \
      --essential-hook='echo "postgres:x:999:999::/var/lib/postgresql:/bin/bash" >>"$1/etc/passwd"' \
      --essential-hook='install -d -o 999 -g 999 -m 1777 "$1/var/lib/postgresql"' \
      --customize-hook='chroot "$1" localedef -i en_US -f UTF-8 en_US.UTF-8' \
      --customize-hook='rm -rf "$1"/var/lib/postgresql/18 "$1"/etc/postgresql/18 "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*'
    mv "$WORK/new-postgres.tar" "$WORK/postgres.tar"
  ) &
  makers+=($!)
fi
for maker in ${makers[@]+"${makers[@]}"}; do wait "$maker"; done
note "Debian $DEBIAN$([ ${#makers[@]} -gt 0 ] || echo ', made before')"
