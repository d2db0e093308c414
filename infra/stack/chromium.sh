#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests (or WHAT_FOR); without --check it installs one if necessary.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../say.sh"
. "$ROOT/infra/apt.sh"

find_browser() {
  local name
  for name in "${CHROMIUM_PATH:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable \
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do
    if [ -n "$name" ] && command -v "$name"; then return; fi
  done
  # Playwright's own download, in the user's cache. To ask for its path takes longer than all the rest.
  name=$(node "$ROOT/infra/stack/playwrights-chromium.mts" 2>/dev/null) || return 1
  command -v "$name"
}

if find_browser; then exit; fi
[ "${1:-}" != --check ] || exit 1
# Ubuntu's chromium is a snap, which doesn't run in a container: so there Playwright's own is used, as on other systems.
if has_apt && [ "$(id -u)" -eq 0 ] && grep -q '^ID=debian' /etc/os-release; then
  apt_install "${WHAT_FOR:-The browser tests}" chromium-headless-shell >&2
else
  progress "downloading Chromium (Playwright's, into your cache)"
  (cd "$ROOT/apps/e2e" && npx playwright install chromium >&2)
fi
find_browser || fail 'There is no Chromium.' 'It could not be installed.' 'Install Chromium or Chrome, or set CHROMIUM_PATH.'
