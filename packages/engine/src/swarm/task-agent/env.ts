/** What the launcher tells the first process of a container on a Swarm. */
export const env = {
  address: process.env.LEASH_ADDRESS ?? '',
  task: process.env.LEASH_TASK ?? '',
  service: process.env.LEASH_SERVICE ?? '',
  secretFile: process.env.LEASH_SECRET_FILE ?? '',
  /** What its image and its service say, without what is for the task agent only. */
  get inherited(): NodeJS.ProcessEnv {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LEASH_')));
  },
};
