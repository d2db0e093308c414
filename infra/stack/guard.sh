# Keeps two commands from working on one stack at once, and one clone from taking over the stack of another. Sourced after settings.sh.

# lock_stack <command>: waits until no other command starts, stops or resets this stack. The kernel releases the lock when this
# shell ends, however it ends.
lock_stack() {
  local file=${TMPDIR:-/tmp}/serverless-vote-$STACK.lock deadline=$((SECONDS + ${LOCK_WAIT_S:-600})) told=
  { : >>"$file"; } 2>/dev/null || fail "$1 can't lock the stack $STACK." "$file can't be written." "Remove it, or ask its owner to."
  exec 8>>"$file"
  until try_lock; do
    [ -n "$told" ] || say "  … waiting for the $(cat "$file")"
    told=yes
    [ $SECONDS -lt $deadline ] ||
      fail "Another command has been working on the stack $STACK for ${LOCK_WAIT_S:-600} s." "It is the $(cat "$file")." 'Wait for it, or end it; then run this again.'
    sleep 0.5
  done
  echo "$1 in $ROOT (process $$)" >"$file"
}

# macOS has no flock command, but it has perl.
try_lock() {
  if command -v flock >/dev/null; then
    flock --nonblock 8
  else
    perl -e 'use Fcntl ":flock"; open(my $file, ">>&=", 8) or die; exit(flock($file, LOCK_EX | LOCK_NB) ? 0 : 1)'
  fi
}

# check_clone <command> <a container of the stack>: fails if another clone started the stack
check_clone() {
  local folder
  [ "${TAKE_OVER:-}" != 1 ] && [ -n "$2" ] || return 0
  folder=$(docker inspect --format '{{index .Config.Labels "org.serverless-vote.clone"}}' "$2" 2>/dev/null) || return 0
  # It was started by a version without this label.
  [ -n "$folder" ] && [ "$folder" != "$CLONE" ] || return 0
  fail "The stack $STACK belongs to another clone." \
    "It was started in $folder$([ -d "$folder" ] || echo ', which is gone'). From here it would get other secrets: voters could vote twice, and the presenter's link would end." \
    "cd $folder && $1
or a stack of your own: $1 STACK=another-vote PORT=8081 CONTROL_PORT=9001
or, if you mean it: $1 TAKE_OVER=1"
}
