# Installs Debian packages: as root, or through sudo. Sourced after say.sh.

has_apt() { [ "$(uname -s)" = Linux ] && command -v apt-get >/dev/null && command -v dpkg >/dev/null; }

# Runs a command as root. Without a terminal sudo may not ask for a password.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif somebody_is_there; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# One after the other, since a script may prepare several images at once. Another program's installation is waited for, too. What a package
# starts does not inherit the lock.
apt_get() {
  as_root flock --close /run/lock/serverless-vote-apt env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"
}

# apt_install <what for> <package…>
apt_install() {
  local purpose=$1
  shift
  local install=(apt-get install -qy --no-install-recommends "$@")
  local command="${install[*]}"
  if somebody_is_there && ! ask "$purpose needs: $*. Install with apt-get?"; then
    fail "$purpose needs packages that are not installed." "$*" "sudo $command"
  fi
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    fail "$purpose needs packages that are not installed." "Only root may install them, and there is no sudo." "As root: $command"
  fi
  progress "installing $*"
  # A fresh machine has no package lists, an old one has outdated ones: then update first.
  apt_get "${install[@]:1}" && return
  progress "apt-get update"
  if ! apt_get update || ! apt_get "${install[@]:1}"; then
    fail "$purpose needs packages that could not be installed." "$*" "sudo apt-get update && sudo $command"
  fi
}
