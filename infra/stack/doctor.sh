#!/usr/bin/env bash
# make doctor: what this machine has of what make run and make test need, and how to get the rest.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

missing=0
ok() { say "$(printf '  ✓ %-16s %s' "$1" "$2")"; }
later() { say "$(printf '  · %-16s %s' "$1" "$2")"; }
bad() { missing=$((missing + 1)) && say "$(printf '  ✗ %-16s %s\n    %-16s Fix: %s' "$1" "$2" '' "$3")"; }
first_line() { "$@" 2>/dev/null | head -n 1; }

# The engine says itself what is wrong with it.
if engine=$("$ROOT/infra/engine/engine.sh" --check 3>&1); then
  ok 'Docker Engine' "$engine"
else
  bad 'Docker Engine' "$(sed -nE 's/^  ✗ //p; s/^    Why:  /- /p' <<<"$engine" | tr '\n' ' ')" "$(sed -n 's/^    Fix: //p' <<<"$engine")"
fi
describe_engine() {
  local version driver status cgroups machine system store
  IFS='|' read -r version driver status cgroups machine system < <(docker info --format \
    '{{.ServerVersion}}|{{.Driver}}|{{.DriverStatus}}|{{.CgroupVersion}}|{{.Architecture}}|{{.OperatingSystem}}')
  case $status in *io.containerd.snapshotter*) store=containerd ;; *) store=$driver ;; esac
  ok 'Image store' "$store"
  ok 'cgroups' "version $cgroups"
  # As docs/engines.md has it.
  local tested='20.10 with overlay2, 28.5 with overlay2 or containerd; each with cgroup version 1 on x86-64'
  case "$version $store $cgroups $machine $system" in
    20.10.*' overlay2 1 x86_64 '* | 28.5.*' overlay2 1 x86_64 '* | 28.5.*' containerd 1 x86_64 '*)
      ok 'Tested' "this combination is one of those that our tests run on: $tested" ;;
    *) later 'Tested' "nobody has reported this combination yet ($system, $machine); our tests run on $tested (docs/engines.md)" ;;
  esac
}
if docker info >/dev/null 2>&1; then describe_engine; fi
if docker compose version >/dev/null 2>&1; then
  ok 'Compose' "$(first_line docker compose version)"
elif command -v docker-compose >/dev/null; then
  ok 'Compose' "$(first_line docker-compose --version)"
else
  bad 'Compose' 'missing' 'make run installs it on Debian and Ubuntu; elsewhere: https://docs.docker.com/compose/install/'
fi
if docker buildx version >/dev/null 2>&1; then ok 'BuildKit' "$(first_line docker buildx version)"; else later 'BuildKit' 'no buildx: the classic builder does as well'; fi

if command -v npm >/dev/null; then
  ok 'npm' "$(npm --version)"
else
  bad 'npm' 'missing; it installs everything else' 'make run installs it on Debian and Ubuntu; elsewhere: https://nodejs.org'
fi
if cmp -s package-lock.json node_modules/.installed-lock; then
  ok 'Packages' "installed; node $(node --version)"
else
  later 'Packages' 'not installed, or not those of the lock: make run does it'
fi

docker version >/dev/null 2>&1 && for image in "${NODE_IMAGE:-node:26-bookworm-slim}" "${POSTGRES_IMAGE:-postgres:18}"; do
  if docker image inspect "$image" >/dev/null 2>&1; then
    ok 'Base image' "$image"
  elif docker image inspect "serverless-vote/${image%%-*}" >/dev/null 2>&1; then
    ok 'Base image' "a stand-in for $image, built from packages"
  else
    later 'Base image' "$image is not here: make run pulls it, or builds a stand-in"
  fi
done

if docker image inspect docker:28-dind >/dev/null 2>&1 || docker image inspect serverless-vote/swarm-node:bookworm >/dev/null 2>&1; then
  ok 'Swarm nodes' 'their image is here'
else
  later 'Swarm nodes' 'no image for them yet; only make swarm needs it, and pulls it or builds a stand-in'
fi

free=$(df -Pk "$ROOT" | awk 'NR == 2 { print int($4 / 1024) }')
if [ "$free" -ge 4096 ]; then ok 'Disk' "$free MB free"; else bad 'Disk' "$free MB free; the first run needs 4096" 'docker system df shows what Docker uses; docker image prune removes unused images'; fi

for port in "$PORT" "$CONTROL_PORT"; do
  if [ -n "$(permanent launcher --filter "publish=$port" 2>/dev/null)" ]; then
    ok "Port $port" 'our own stack answers there'
  elif (exec 4<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    bad "Port $port" 'somebody else answers there' 'make run PORT=8081 CONTROL_PORT=9001'
  else
    ok "Port $port" 'free'
  fi
done

if browser=$("$ROOT/infra/stack/chromium.sh" --check); then
  ok 'Chromium' "$browser"
else
  later 'Chromium' 'missing; only make test needs it, and installs it'
fi

[ $missing -eq 0 ] || { say "
  $missing missing." && exit 1; }
