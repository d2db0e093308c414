import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const RETRY_MS = 1_000;

/**
 * Connects as soon as the database answers. Nobody listens to the client's `error`, as in the original: when the database closes the
 * connection, the process ends.
 */
export async function connect(): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client({ host: 'db', user: 'postgres', database: 'postgres' });
    try {
      await client.connect();
      return client;
    } catch {
      console.error('Waiting for db');
      await client.end().catch(() => undefined);
      await pause(RETRY_MS);
    }
  }
}
