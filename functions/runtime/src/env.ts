/** What the launcher tells a container. Postgres' own variables (PGHOST, PGUSER, …) are read by `pg` itself. */
export const env = {
  /** Path of the Unix socket (or `host:port`) of the Runtime API; absent when the function is run by hand. */
  runtimeApi: process.env.AWS_LAMBDA_RUNTIME_API,
  /** How many events this container may have in hand at once. */
  inFlight: Math.max(1, Number(process.env.FUNCTION_IN_FLIGHT ?? 1) || 1),
};
