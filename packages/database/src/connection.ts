import pRetry from 'p-retry';
import { Client } from 'pg';

/** Where Postgres is, and how to log in. */
export interface Address {
  /** The directory of its socket, or its host name on a network. */
  host: string;
  /** For a network connection, where the kernel can't identify the caller: the owner's password, and the passwords of the roles. */
  passwords?: { owner: string; of(role: string): string };
}

export interface Connection extends Address {
  /** How long to wait for a Postgres that isn't up yet. */
  connectTimeoutMs: number;
}

export const DATABASE = 'votes';
const OWNER = 'postgres';
const PAUSE_MS = 50;
/** Longer than any migration of ours takes. */
const QUERY_MS = 30_000;

/** Runs `work` as the owner, as soon as Postgres accepts connections. */
export async function withConnection<Result>(
  { connectTimeoutMs, ...address }: Connection,
  database: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const within = { connectMs: connectTimeoutMs, queryMs: QUERY_MS };
  const client = await pRetry(() => connect(address, database, within), {
    ...{ retries: Number.POSITIVE_INFINITY, minTimeout: PAUSE_MS, factor: 1, maxRetryTime: connectTimeoutMs },
    shouldRetry: ({ error }) => isStarting(error),
  });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The owner's connection. Its queries have a deadline: a Postgres that hangs counts as unavailable. */
export async function connect(
  { host, passwords }: Address,
  database: string,
  within: { connectMs: number; queryMs: number },
): Promise<Client> {
  const timeouts = { connectionTimeoutMillis: within.connectMs, query_timeout: within.queryMs };
  const client = new Client({
    host,
    database,
    user: OWNER,
    ...timeouts,
    ...(passwords && { password: passwords.owner }),
  });
  // Whoever uses the connection gets the error, too.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Not listening yet, restarting, or in recovery. Waiting helps against nothing else. */
function isStarting(error: unknown): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === undefined || code?.startsWith('57P') === true;
}
