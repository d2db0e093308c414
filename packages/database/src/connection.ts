import pRetry from 'p-retry';
import { Client } from 'pg';

/** Where Postgres is, and what lets us in. */
export interface Address {
  /** The folder of its socket, or its name in a network. */
  host: string;
  /** Where there is no socket, and so no kernel that says who calls: the owner's password, and those that roles are to have. */
  passwords?: { owner: string; of(role: string): string };
}

export interface Connection extends Address {
  /** How long to wait for a Postgres that isn't up yet. */
  connectTimeoutMs: number;
}

export const DATABASE = 'votes';
const OWNER = 'postgres';
const PAUSE_MS = 50;
/** Migrations of this size take less. */
const QUERY_MS = 30_000;

/** Does work as the owner, as soon as Postgres lets anybody in. */
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

/** The owner's connection, who never waits for ever: a Postgres that hangs is as good as none. */
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
  // A connection that breaks is noticed by whoever uses it.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Not listening yet, gone for a moment, or still recovering; anything else won't get better by waiting. */
function isStarting(error: unknown): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === undefined || code?.startsWith('57P') === true;
}
