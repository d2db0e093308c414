/** What the launcher tells a container. Postgres' own variables (PGHOST, PGUSER, …) are read by `pg` itself. */
export const env = {
  /** Path of the Unix socket (or `host:port`) of the Runtime API; absent when the function is run by hand. */
  runtimeApi: process.env.AWS_LAMBDA_RUNTIME_API,
  /** The token that identifies this container to the Runtime API where it has no socket of its own. */
  runtimeToken: process.env.SERVERLESS_VOTE_TOKEN,
  /** The file with this function's password, where the database uses passwords. Postgres' own variables offer no such file. */
  databasePasswordFile: process.env.PGPASSWORD_FILE,
  /** How many events this container may have in flight. */
  inFlight: Math.max(1, Number(process.env.FUNCTION_IN_FLIGHT ?? 1) || 1),
};
