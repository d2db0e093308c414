# Stand-ins for the images that tests, samples and comparisons use besides node and Postgres. Sourced by base.sh.

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

# Debian's nginx, with its log where the official image has it.
build_nginx() {
  bring_mmdebstrap
  progress "no registry answers: building a stand-in for $NGINX_DEFAULT from packages (about half a minute)"
  local changes=(--change "$DEBIAN_PATH" --change 'CMD ["nginx", "-g", "daemon off;"]' --change 'LABEL org.serverless-vote.image=nginx')
  debian_image serverless-vote/nginx:$DEBIAN --include=nginx \
    --customize-hook='ln -sf /dev/stdout "$1/var/log/nginx/access.log" && ln -sf /dev/stderr "$1/var/log/nginx/error.log"'
}

# Debian's Redis with the user and the folder of the official image.
build_redis() {
  bring_mmdebstrap
  progress "no registry answers: building a stand-in for $REDIS_DEFAULT from packages (about half a minute)"
  local changes=(--change "$DEBIAN_PATH" --change 'WORKDIR /data' --change 'LABEL org.serverless-vote.image=redis')
  debian_image serverless-vote/redis:$DEBIAN --include=redis-server \
    --customize-hook='chroot "$1" install -d -o redis -g redis /data'
}
