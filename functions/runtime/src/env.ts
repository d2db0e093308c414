/** What the launcher tells a container. Postgres' own variables (PGHOST, PGUSER, …) are read by `pg` itself. */
export const env = {
  /** Path of the Unix socket (or `host:port`) of the Runtime API; absent when the function is run by hand. */
  runtimeApi: process.env.AWS_LAMBDA_RUNTIME_API,
  /** By which the Runtime API knows this container, where it has no socket of its own. */
  runtimeToken: process.env.SERVERLESS_VOTE_TOKEN,
  /** The file with this function's password, where the database knows its callers by one. Postgres' own variables know none such. */
  databasePasswordFile: process.env.PGPASSWORD_FILE,
  /** How many events this container may have in hand at once. */
  inFlight: Math.max(1, Number(process.env.FUNCTION_IN_FLIGHT ?? 1) || 1),
  /** What its image and its service say, without what is for the leash only. */
  get inherited(): NodeJS.ProcessEnv {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LEASH_')));
  },
  /** What the launcher tells the first process of a container on a Swarm (leash.ts). */
  leash: {
    address: process.env.LEASH_ADDRESS ?? '',
    task: process.env.LEASH_TASK ?? '',
    service: process.env.LEASH_SERVICE ?? '',
    secretFile: process.env.LEASH_SECRET_FILE ?? '',
  },
};
