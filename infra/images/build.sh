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
CONTENT=org.serverless-vote.content
PATH=$ROOT/node_modules/.bin:$PATH
export COPYFILE_DISABLE=1 # or macOS' tar adds its own files

. "$ROOT/infra/images/builder.sh"

# image <name> <Dockerfile's name> <--build-arg…> -- <files…>
image() {
  local name=$1 dockerfile=infra/images/$2.Dockerfile arguments=() platform=() bases=("${NODE#*=}" "${POSTGRES#*=}") before after content same=
  local repository=${PUBLISH_TO:+$PUBLISH_TO/}serverless-vote/$name
  if [ -n "${OTHER:-}" ]; then
    platform=(--platform "linux/$OTHER")
    ! grep -q " AS serverless-vote-$2-copied" "$dockerfile" || platform+=(--target "serverless-vote-$2-copied")
  fi
  shift 2
  while [ "$1" != -- ]; do
    case $1 in BASE=*) bases+=("${1#*=}") ;; esac
    arguments+=(--build-arg "$1")
    shift
  done
  shift
  progress "$name"
  for file in "$@"; do
    [ -e "$file" ] || fail "The image of $name can't be built." "$file is missing." "npm run build makes it; make run does all of it."
  done
  # Another uid reads the files in the image, whatever the umask was.
  chmod -R a+rX "$@"
  before=$(docker image inspect --format '{{.Id}}' "$repository:$tag" 2>/dev/null || true)
  # `built` is what docker-compose.override.yml builds in a container. Here it is the context.
  sed 's/--from=built //' "$dockerfile" >"$work/Dockerfile"
  content=$({ echo "${arguments[*]-}" && docker image inspect --format '{{.Id}}' "${bases[@]}"; } | node infra/images/content-of.mts "$work" "$@")
  # What is published is always built.
  [ -n "${PUBLISH_TO:-}" ] || same=$(docker image ls --quiet --no-trunc --filter "reference=$repository" --filter "label=$CONTENT=$content" | head -n 1)
  # Another command may be removing it just now.
  if [ -z "$same" ] || ! docker tag "$same" "$repository:$tag"; then
    tar -cf - -C "$work" . -C "$ROOT" "$@" |
      docker build --network none --tag "$repository:$tag" --label "$CONTENT=$content" ${platform[@]+"${platform[@]}"} \
        --build-arg "$NODE" --build-arg "$POSTGRES" ${arguments[@]+"${arguments[@]}"} -
  fi
  after=$(docker image inspect --format '{{.Id}}' "$repository:$tag")
  built=$((built + 1))
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
functions=$(node infra/images/functions.mts 2>"$work/problem") ||
  fail "functions/catalog.json can't be used; what runs was not changed." "$(cat "$work/problem")" 'Correct it, then run this again.'
rm "$work/problem"

while read -r name uid _; do
  if wanted "$name"; then
    image "$name" function "NAME=$name" "USER_ID=$uid" -- "functions/$name/dist/main.cjs"
  fi
done <<<"$functions"

# Only on request: the misbehaving function for the integration tests, the compromised one for `make chaos`, and the classic application.
if [[ " ${only[*]-} " == *' misbehave '* ]]; then
  bundle=apps/launcher/integration/functions/misbehave.cjs
  image misbehave misbehave -- "$bundle"
fi
if [[ " ${only[*]-} " == *' hostile '* ]]; then
  image hostile hostile "BASE=serverless-vote/record-vote:$tag" -- .cache/bench/hostile.cjs
fi

if [[ " ${only[*]-} " == *' classic '* ]]; then
  image classic classic -- apps/classic/dist
fi

if wanted database; then
  node infra/images/functions.mts --users "$work/users"
  chmod -R a+rX "$work/users"
  image database database -- packages/database/start-database packages/database/*.conf
  rm -rf "$work/users"
fi
if wanted launcher; then
  image launcher launcher -- apps/launcher/dist/main.cjs packages/task-agent/dist/task-agent.cjs functions/catalog.json packages/database/migrations
fi
if wanted web; then
  image web web -- apps/web/.next/standalone infra/images/rehearse-web.mjs
fi
if wanted workshop; then
  image workshop workshop -- apps/workshop/dist
fi

remove_superseded
if [ -n "$changed" ]; then note "$built, of them new:$changed"; else note "$built, unchanged"; fi
