#!/usr/bin/env bash
# Builds our images from the output of `turbo build` on the host.
#
#   build.sh [launcher|web|database|<function>…]   without arguments all of them; IMAGE_TAG is the tag
#
# A Dockerfile copies and does nothing else, and gets exactly the files that it copies (a tar as its
# context), so that an unchanged image takes a fraction of a second, with BuildKit or without.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"
cd "$ROOT"

tag=${IMAGE_TAG:-latest}
PATH=$ROOT/node_modules/.bin:$PATH
export COPYFILE_DISABLE=1 # or macOS' tar adds its own files

. "$ROOT/infra/images/builder.sh"

# image <name> <Dockerfile's name> <--build-arg…> -- <files…>
image() {
  local name=$1 dockerfile=infra/images/$2.Dockerfile arguments=() before after
  local repository=serverless-vote/$name:$tag
  shift 2
  while [ "$1" != -- ]; do arguments+=(--build-arg "$1") && shift; done
  shift
  progress "$name"
  for file in "$@"; do
    [ -e "$file" ] || fail "The image of $name can't be built." "$file is missing." "npm run build makes it; make run does all of it."
  done
  # Another uid reads the files in the image, whatever the umask was.
  chmod -R a+rX "$@"
  before=$(docker image inspect --format '{{.Id}}' "$repository" 2>/dev/null || true)
  # `built` is what docker-compose.override.yml builds in a container. Here it is the context.
  sed 's/--from=built //' "$dockerfile" >"$work/Dockerfile"
  tar -cf - -C "$work" Dockerfile -C "$ROOT" "$@" |
    docker build --network none --tag "$repository" \
      --build-arg "$NODE" --build-arg "$POSTGRES" ${arguments[@]+"${arguments[@]}"} -
  after=$(docker image inspect --format '{{.Id}}' "$repository")
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
callers=
bases=$("$ROOT/infra/images/base.sh")
NODE=$(grep '^NODE_IMAGE=' <<<"$bases")
POSTGRES=$(grep '^POSTGRES_IMAGE=' <<<"$bases")
functions=$(node infra/images/functions.mts)

while read -r name uid database; do
  if [ "$database" = true ]; then callers="$callers $name:x:$uid:$uid::/:/usr/sbin/nologin"; fi
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
  image database database "CALLERS=${callers# }" -- packages/database/start-database packages/database/*.conf
fi
if wanted launcher; then
  image launcher launcher -- apps/launcher/dist/main.cjs packages/task-agent/dist/task-agent.cjs functions/catalog.json packages/database/migrations
fi
if wanted web; then
  image web web -- apps/web/.next/standalone infra/images/rehearse-web.mjs
fi

remove_superseded
if [ -n "$changed" ]; then note "$built, of them new:$changed"; else note "$built, unchanged"; fi
