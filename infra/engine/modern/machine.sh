# The test machine: a Debian with a newer engine, in namespaces of its own (mount, process ids, network, host name, ipc) on this
# machine's kernel. Sourced after say.sh. Everything that it writes is in .cache/modern-engine/run, and goes with it.
#
# In namespaces and not in a container, so that it needs no existing engine; with a network namespace, because a
# second engine in this machine's would remove the first one's docker0.

WORK=$ROOT/.cache/modern-engine
RUN=$WORK/run
PROJECT=/home/voter/project
. "$ROOT/infra/engine/modern/host.sh"

can_have_a_machine() {
  local why='It makes a machine of its own out of namespaces, as root on Linux, with Debian or Ubuntu packages.'
  [ "$(uname -s)" = Linux ] && has_apt || fail 'There can be no test machine here.' "$why" 'Run it in a virtual machine with Debian, or in CI.'
  [ "$(id -u)" -eq 0 ] || fail 'There can be no test machine for this user.' "$why" 'sudo make modern-test'
  # Root in a user namespace may create other namespaces, but can't change this machine's network.
  grep -q ' 4294967295$' /proc/self/uid_map && unshare --mount --pid --net --fork --propagation private mount -t tmpfs none /mnt 2>/dev/null ||
    fail 'There can be no test machine here.' "$why This root may not make namespaces: a container without privileges?" \
      'Run it in a virtual machine, or in a container with --privileged.'
}

# on_machine <user> <command…>: with its own environment, including the certificate of a company's proxy
on_machine() {
  local variable pass=() certificates=/etc/ssl/certs/ca-certificates.crt
  for variable in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!variable:-}" ] || pass+=("$variable=${!variable}")
  done
  nsenter --target "$(cat "$RUN/pid")" --mount --pid --net --uts --ipc --root --wd -- \
    runuser --user "$1" -- env --ignore-environment --chdir=/ PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME="$([ "$1" = root ] && echo /root || echo "/home/$1")" USER="$1" LANG=C.UTF-8 CI=1 NO_COLOR=1 \
    NODE_EXTRA_CA_CERTS=$certificates npm_config_cafile=$certificates ${pass[@]+"${pass[@]}"} "${@:2}"
}

# in_project <user> <seconds> <command…>: fails if it takes longer
in_project() { on_machine "$1" timeout --kill-after=10 "$2" env --chdir=$PROJECT "${@:3}"; }

# The files of this clone, committed or not, with its packages below an overlay of the machine's own.
copy_project() {
  local copy=$RUN/upper$PROJECT
  mkdir -p "$copy/node_modules"
  (cd "$ROOT" && git ls-files --cached --others --exclude-standard -z | xargs -0 tar -cf - 2>/dev/null) | tar -xf - -C "$copy"
  [ ! -d "$ROOT/.turbo" ] || cp -R "$ROOT/.turbo" "$copy/"
  chown -R 1000:1000 "$RUN/upper/home/voter"
}

# PID 1, before it becomes the reaper of orphans.
BOOT='set -e
  mount -t overlay overlay -o "lowerdir=$WORK/root,upperdir=$RUN/upper,workdir=$RUN/upper-work" "$RUN/root"
  mount -t overlay overlay -o "lowerdir=$ROOT/node_modules,upperdir=$RUN/packages,workdir=$RUN/packages-work" "$RUN/root$PROJECT/node_modules"
  # An engine cannot store its layers on an overlay.
  mount --bind "$RUN/docker" "$RUN/root/var/lib/docker"
  mount --bind "$RUN/containerd" "$RUN/root/var/lib/containerd"
  mount --bind "$WORK" "$RUN/root/made"
  mount -o remount,bind,ro "$RUN/root/made"
  mount -t proc proc "$RUN/root/proc"
  for folder in sys dev; do mount --rbind /$folder "$RUN/root/$folder"; mount --make-rprivate "$RUN/root/$folder"; done
  # crun refuses to run where both versions of cgroups are mounted.
  umount "$RUN/root/sys/fs/cgroup/unified" 2>/dev/null || true
  mount -t tmpfs -o mode=755 tmpfs "$RUN/root/run"
  hostname modern
  cd "$RUN/root"
  pivot_root . .old
  umount -l /.old
  mount --make-rshared /
  exec bash -c "trap exit TERM; while :; do sleep 3600 & wait \$!; done"'

machine_up() {
  local folder
  machine_down
  mkdir -p "$RUN"/{root,upper,upper-work,packages,packages-work,docker,containerd}
  progress 'copying the project'
  copy_project
  folder=$RUN/upper
  mkdir -p "$folder"/{.old,made,etc/docker,etc/ssl/certs,var/lib/docker,var/lib/containerd}
  cp -L "$([ -e /run/systemd/resolve/resolv.conf ] && echo /run/systemd/resolve/resolv.conf || echo /etc/resolv.conf)" "$folder/etc/resolv.conf"
  [ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
  [ ! -e /etc/npmrc ] || cp /etc/npmrc "$folder/etc/"
  printf '127.0.0.1 localhost modern\n' >"$folder/etc/hosts"
  connect
  WORK=$WORK RUN=$RUN ROOT=$ROOT PROJECT=$PROJECT setsid nsenter "--net=/run/netns/$NETWORK" \
    unshare --mount --pid --uts --ipc --fork --kill-child --propagation private bash -c "$BOOT" </dev/null >"$RUN/boot.log" 2>&1 3>&- &
  local parent=$! deadline=$((SECONDS + 30))
  until pgrep -P $parent >"$RUN/pid" && on_machine root test -d /made/root 2>/dev/null; do
    [ $SECONDS -lt $deadline ] || fail 'The test machine does not start.' "$(tail -n 5 "$RUN/boot.log")" 'Fix what it says.'
    sleep 0.2
  done
  on_machine root bash -c 'useradd --uid 1000 --create-home --groups docker --shell /bin/bash voter && git config --system safe.directory "*"'
}

# start_engine <containerd|overlay2> [<setting of daemon.json>…]: an empty one. No registry outside can be reached.
start_engine() {
  local store=$1 deadline=$((SECONDS + 120))
  shift
  local containerd=false settings
  [ "$store" != containerd ] || containerd=true
  # In its file, so that infra/engine/restart.sh starts it with the same settings.
  settings=$(printf ', %s' "\"features\": {\"containerd-snapshotter\": $containerd}" "\"default-runtime\": \"${RUNTIME:-runc}\"" \
    "\"cgroup-parent\": \"$CGROUP\"" '"exec-opts": ["native.cgroupdriver=cgroupfs"]' "$@")
  on_machine root bash -c "rm -rf /var/lib/docker/* /var/lib/containerd/*
    echo '{\"runtimes\": {\"crun\": {\"path\": \"/usr/bin/crun\"}},
      \"proxies\": {\"http-proxy\": \"http://127.0.0.1:9\", \"https-proxy\": \"http://127.0.0.1:9\"}$settings}' >/etc/docker/daemon.json
    DOCKER_MIN_API_VERSION=1.44 setsid dockerd </dev/null >>/var/log/dockerd.log 2>&1 3>&- &"
  until on_machine root docker version >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || fail "The new engine does not start." "$(on_machine root tail -n 5 /var/log/dockerd.log)" 'Fix what it says.'
    sleep 0.3
  done
  note "Docker $(on_machine root docker version --format '{{.Server.Version}}'), image store $store"
}

stop_engine() {
  on_machine root bash -c 'kill "$(cat /run/docker.pid)"
    for _ in $(seq 300); do [ -e /run/docker.pid ] || exit 0; sleep 0.2; done; exit 1'
}

# In any state: when PID 1 ends, the kernel ends all other processes and unmounts everything.
machine_down() {
  local id
  if [ -s "$RUN/pid" ]; then stop_engine 2>/dev/null || true; fi
  for id in $(ip netns pids "$NETWORK" 2>/dev/null || true); do kill -9 "$id" 2>/dev/null || true; done
  for _ in $(seq 100); do
    [ -n "$(ip netns pids "$NETWORK" 2>/dev/null || true)" ] || break
    sleep 0.1
  done
  [ -z "$(ip netns pids "$NETWORK" 2>/dev/null || true)" ] || fail 'The test machine does not end.' 'Its processes outlive a SIGKILL.' "ip netns pids $NETWORK"
  disconnect
  rm -rf --one-file-system "$RUN"
}
