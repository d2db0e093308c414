#!/usr/bin/env bash
# Builds the samples of docs/samples/stdio as serverless-vote/<name>:sample. Nothing of ours is in these images. `make run` doesn't build
# them; lab 7 and the tests that use them do.
#
#   samples.sh                all of them
#   samples.sh <name>…        greet-python, greet-bash, greet-c
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"
. "$ROOT/infra/images/builder.sh"

# base <python|debian|gcc>: the image of this name, or its stand-in
base() {
  local line
  line=$("$ROOT/infra/images/base.sh" "$1")
  echo "${line#*=}"
}

# sample <base>: builds $name. The rest of the Dockerfile comes on stdin.
sample() {
  local from image=serverless-vote/$name:sample
  from=$(base "$1")
  # The stage's name is how `make clean` finds its steps in BuildKit's cache.
  { printf '%s\n' "FROM $from AS base" 'FROM base AS serverless-vote-sample' && cat; } |
    docker build --quiet --network none --label org.serverless-vote.image=sample -t "$image" -f - "$ROOT/docs/samples/stdio" >/dev/null
  echo "$image"
}

[ $# -gt 0 ] || set -- greet-python greet-bash greet-c
for name; do
  progress "$name"
  case $name in
    greet-python) sample python <<<$'COPY greet.py /\nCMD ["python3", "/greet.py"]' ;;
    greet-bash) sample debian <<<$'COPY greet.sh /\nCMD ["/bin/bash", "/greet.sh"]' ;;
    greet-c)
      sample gcc <<'DOCKERFILE'
COPY greet.c /
RUN gcc -O2 -static -o /greet /greet.c
FROM scratch AS serverless-vote-greet
COPY --from=serverless-vote-sample /greet /
CMD ["/greet"]
DOCKERFILE
      ;;
    *) fail "There is no sample $name." 'It is not one of greet-python, greet-bash and greet-c.' 'infra/images/samples.sh builds them all.' ;;
  esac
done
