# The names of the operator's settings for the launcher. They are passed on to it on one machine and on a Swarm, and reset for tests.
# packages/settings/src/settings.ts defines and documents them; infra/docs/settings.test.mts compares.

LAUNCHER_SETTINGS='POLL_QUESTION POLL_OPTIONS POLLS PUBLIC_URL LIVE FUNCTION_IDLE_TIMEOUT_MS WEB_IDLE_TIMEOUT_MS
  VOTES_PER_MINUTE_PER_ADDRESS CONTROL_HOSTS LOCAL_PEERS BEHIND_PROXY LOG_LEVEL IMAGE_TAG'

# For stacks of tests and measurements, which must not inherit a demo's settings. LOCAL_PEERS is kept because it is about this
# machine, IMAGE_TAG because it names the built images. Called before settings.sh is sourced.
forget_settings() {
  local name
  for name in PORT BIND CONTROL_PORT COMPOSE_FILE $LAUNCHER_SETTINGS; do
    case $name in LOCAL_PEERS | IMAGE_TAG) ;; *) unset "$name" ;; esac
  done
  export WITHOUT_ENV_FILE=1
}
