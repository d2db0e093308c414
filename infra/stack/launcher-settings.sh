# What the operator may tell the launcher, by name: it reaches the launcher on one machine and on a Swarm, and tests forget it.
# packages/settings/src/settings.ts has the defaults and what each does; infra/docs/settings.test.mts compares.

LAUNCHER_SETTINGS='POLL_QUESTION POLL_OPTIONS PUBLIC_URL LIVE FUNCTION_IDLE_TIMEOUT_MS WEB_IDLE_TIMEOUT_MS
  VOTES_PER_MINUTE_PER_ADDRESS CONTROL_HOSTS LOCAL_PEERS LOG_LEVEL IMAGE_TAG'

# For stacks of tests and measurements: the settings of somebody's demo are none of theirs. LOCAL_PEERS is about this machine,
# and IMAGE_TAG about what has been built. Called before settings.sh is read.
forget_settings() {
  local name
  for name in PORT BIND CONTROL_PORT COMPOSE_FILE $LAUNCHER_SETTINGS; do
    case $name in LOCAL_PEERS | IMAGE_TAG) ;; *) unset "$name" ;; esac
  done
  export WITHOUT_ENV_FILE=1
}
