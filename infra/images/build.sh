#!/usr/bin/env bash
# Builds our images from the output of `turbo build` on the host.
#
#   build.sh [launcher|web|workshop|database|<function>…]   without arguments all of them; IMAGE_TAG is the tag
#   PUBLISH_TO=<registry> OTHER=arm64 build.sh     for a registry, and for another architecture than this machine's: nothing of
#                                                  the images is run then, so their last stages, which run something, are left out
#
# A Dockerfile copies and does nothing else, and gets exactly the files that it copies (a tar as its
# context). A label has the hash of these files: nothing is built where an image of the same content exists, under whatever tag.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"
cd "$ROOT"

tag=${IMAGE_TAG:-latest}
repositories=${PUBLISH_TO:+$PUBLISH_TO/}serverless-vote
CONTENT=org.serverless-vote.content
PATH=$ROOT/node_modules/.bin:$PATH
export COPYFILE_DISABLE=1 # or macOS' tar adds its own files

. "$ROOT/infra/images/builder.sh"

# images plan|build: all that are wanted
images() {
  local name uid
  while read -r name uid; do
    if wanted "$name"; then
      "$1" "$name" function "NAME=$name" "USER_ID=$uid" -- "functions/$name/dist/main.cjs"
    fi
  done <<<"$functions"
  # Only on request: the misbehaving function for the integration tests, the compromised one for `make chaos`, and the classic application.
  if [[ " ${only[*]-} " == *' misbehave '* ]]; then "$1" misbehave misbehave -- apps/launcher/integration/functions/misbehave.cjs; fi
  if [[ " ${only[*]-} " == *' hostile '* ]]; then "$1" hostile hostile "BASE=serverless-vote/record-vote:$tag" -- .cache/bench/hostile.cjs; fi
  if [[ " ${only[*]-} " == *' classic '* ]]; then "$1" classic classic -- apps/classic/dist; fi
  if wanted database; then "$1" database database -- packages/database/start-database packages/database/*.conf; fi
  if wanted launcher; then
    "$1" launcher launcher -- apps/launcher/dist/main.cjs packages/task-agent/dist/task-agent.cjs functions/catalog.json packages/database/migrations
  fi
  if wanted web; then "$1" web web -- apps/web/.next/standalone infra/images/rehearse-web.mjs; fi
  if wanted workshop; then "$1" workshop workshop -- apps/workshop/dist; fi
}

# plan <name> <Dockerfile's name> <build arguments…> -- <files…>: a line of $work/.plan, and a folder that is part of the image's context
plan() {
  local name=$1 dockerfile=infra/images/$2.Dockerfile made_from
  shift 2
  made_from=$base_ids
  while [ "$1" != -- ]; do
    made_from="$made_from $1"
    case $1 in BASE=*) made_from="$made_from $(docker image inspect --format '{{.Id}}' "${1#*=}")" ;; esac
    shift
  done
  shift
  for file in "$@"; do
    [ -e "$file" ] || fail "The image of $name can't be built." "$file is missing." "npm run build makes it; make run does all of it."
  done
  # Another uid reads the files in the image, whatever the umask was.
  chmod -R a+rX "$@"
  mkdir "$work/$name"
  # `built` is what docker-compose.override.yml builds in a container. Here it is the context.
  sed 's/--from=built //' "$dockerfile" >"$work/$name/Dockerfile"
  [ "$name" != database ] || mv "$work/.users" "$work/database/users"
  chmod -R a+rX "$work/$name"
  (IFS=$'\t' && echo "$name"$'\t'"$made_from"$'\t'"$work/$name"$'\t'"$*") >>"$work/.plan"
}

# build <as for plan>: makes it, unless an image of the same content is there
build() {
  local name=$1 dockerfile=infra/images/$2.Dockerfile arguments=() platform=() before after content same=
  local image=$repositories/$name:$tag
  if [ -n "${OTHER:-}" ]; then
    platform=(--platform "linux/$OTHER")
    ! grep -q " AS serverless-vote-$2-copied" "$dockerfile" || platform+=(--target "serverless-vote-$2-copied")
  fi
  shift 2
  while [ "$1" != -- ]; do
    arguments+=(--build-arg "$1")
    shift
  done
  shift
  built=$((built + 1))
  content=$(sed -n "s/^$name //p" "$work/.contents")
  # What is published is always built.
  if [ -z "${PUBLISH_TO:-}" ]; then
    ! grep -qF " $image $content" "$work/.here" || return 0
    same=$(docker image ls --quiet --no-trunc --filter "reference=$repositories/$name" --filter "label=$CONTENT=$content" | head -n 1)
  fi
  progress "$name"
  # Another command may be removing it just now.
  if [ -z "$same" ] || ! docker tag "$same" "$image"; then
    tar -cf - -C "$work/$name" . -C "$ROOT" "$@" |
      docker build --network none --tag "$image" --label "$CONTENT=$content" ${platform[@]+"${platform[@]}"} \
        --build-arg "$NODE" --build-arg "$POSTGRES" ${arguments[@]+"${arguments[@]}"} -
  fi
  before=$(awk -v image="$image" '$2 == image { print $1 }' "$work/.here")
  after=$(docker image inspect --format '{{.Id}}' "$image")
  [ "$before" != "$after" ] || return 0
  changed="$changed $name"
  [ -z "$before" ] || echo "$before" >>"$SUPERSEDED"
}

# Removes only the untagged images of our own builds: another clone's build in progress has untagged images, too.
remove_superseded() {
  local id left=
  [ -e "$SUPERSEDED" ] || return 0
  while read -r id; do
    [ "$(docker image inspect --format '{{len .RepoTags}}' "$id" 2>/dev/null || echo gone)" = 0 ] || continue
    # If a container still uses it, the next build removes it.
    docker image rm "$id" >/dev/null 2>&1 || left="$left$id"$'\n'
  done < <(sort -u "$SUPERSEDED")
  printf '%s' "$left" >"$SUPERSEDED"
}

wanted() { [ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " == *" $1 "* ]]; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SUPERSEDED=$ROOT/.cache/superseded-images
mkdir -p "$ROOT/.cache"
only=(${@+"$@"})
built=0
changed=
bases=$("$ROOT/infra/images/base.sh" ${OTHER:+"$OTHER"})
NODE=$(grep '^NODE_IMAGE=' <<<"$bases")
POSTGRES=$(grep '^POSTGRES_IMAGE=' <<<"$bases")
functions=$(node infra/images/functions.mts "$work/.users" 2>"$work/.problem") ||
  fail "functions/catalog.json can't be used; what runs was not changed." "$(cat "$work/.problem")" 'Correct it, then run this again.'

# One program and one question for all, because most of them are usually there.
: >"$work/.plan"
base_ids=$(docker image inspect --format '{{.Id}}' "${NODE#*=}" "${POSTGRES#*=}" | tr '\n' ' ')
images plan
node infra/images/content-of.mts <"$work/.plan" >"$work/.contents"
# <ID> <name:tag> <content>
{ cut -f 1 "$work/.plan" | sed "s|.*|$repositories/&:$tag|" | xargs docker image inspect --format \
  "{{range .RepoTags}}{{\$.Id}} {{.}} {{index \$.Config.Labels \"$CONTENT\"}}{{println}}{{end}}" || true; } >"$work/.here"
images build

remove_superseded
if [ -n "$changed" ]; then note "$built, of them new:$changed"; else note "$built, unchanged"; fi
