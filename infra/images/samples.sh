#!/usr/bin/env bash
# Builds the samples of docs/samples as serverless-vote/<name>:sample. Nothing of ours is in these images. `make run` doesn't build
# them; lab 7 and the tests that use them do.
#
#   samples.sh                all of them
#   samples.sh <name>…        greet-python, greet-bash, greet-c, lambda-bash, lambda-node
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"
. "$ROOT/infra/images/builder.sh"

# base <python|curl|debian|gcc|lambda>: the image of this name, or its stand-in
base() {
  local line
  line=$("$ROOT/infra/images/base.sh" "$1")
  echo "${line#*=}"
}

# sample <folder> <base>: builds $name. The rest of the Dockerfile comes on stdin.
sample() {
  local from image=serverless-vote/$name:sample
  from=$(base "$2")
  # The stage's name is how `make clean` finds its steps in BuildKit's cache.
  { printf '%s\n' "FROM $from AS base" 'FROM base AS serverless-vote-sample' && cat; } |
    docker build --quiet --network none --label org.serverless-vote.image=sample -t "$image" -f - "$ROOT/docs/samples/$1" >/dev/null
  echo "$image"
}

[ $# -gt 0 ] || set -- greet-python greet-bash greet-c lambda-bash lambda-node
for name; do
  progress "$name"
  case $name in
    greet-python) sample stdio python <<<$'COPY greet.py /\nCMD ["python3", "/greet.py"]' ;;
    greet-bash) sample stdio debian <<<$'COPY greet.sh /\nCMD ["/bin/bash", "/greet.sh"]' ;;
    greet-c)
      sample stdio gcc <<'DOCKERFILE'
COPY greet.c /
RUN gcc -O2 -static -o /greet /greet.c
FROM scratch AS serverless-vote-greet
COPY --from=serverless-vote-sample /greet /
CMD ["/greet"]
DOCKERFILE
      ;;
    lambda-bash)
      sample lambda curl <<'DOCKERFILE'
COPY bootstrap /var/runtime/
COPY function.sh /var/task/
ENV LAMBDA_TASK_ROOT=/var/task _HANDLER=function.handler
# On Lambda /bin/sh is bash.
CMD ["/bin/bash", "/var/runtime/bootstrap"]
DOCKERFILE
      ;;
    lambda-node) sample lambda lambda <<<$'COPY index.mjs /var/task/\nCMD ["index.handler"]' ;;
    *) fail "There is no sample $name." "It is not among those of $ROOT/docs/samples." 'infra/images/samples.sh builds them all.' ;;
  esac
done
