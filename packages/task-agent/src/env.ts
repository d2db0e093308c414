/** How the launcher configures the first process of a container on a Swarm. */
export const env = {
  address: process.env.TASK_AGENT_ADDRESS ?? '',
  task: process.env.TASK_AGENT_TASK ?? '',
  service: process.env.TASK_AGENT_SERVICE ?? '',
  secretFile: process.env.TASK_AGENT_SECRET_FILE ?? '',
  /** The environment of the container's own program: all variables except the task agent's. */
  get inherited(): NodeJS.ProcessEnv {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TASK_AGENT_')));
  },
};
