import { runner } from 'node-pg-migrate';
import type { Client } from 'pg';
import { repairAcceptanceOrder } from './acceptance-order.ts';
import { findAsyncEvents } from './async-events.ts';
import { type Connection, DATABASE, withConnection } from './connection.ts';
import { endOverdueSessions } from './overdue-sessions.ts';
import { restoreRoles } from './roles.ts';
import { type StartPolls, writeStartPolls } from './start-polls.ts';

export interface DatabaseSettings extends Connection {
  polls: StartPolls;
  migrationsDir: string;
}

/** How long to wait for a role that another session has locked. */
const LOCK_MS = 1_000;
/** Advisory lock: only one launcher prepares the database at a time. */
const PREPARATION = 20_250_305;

/**
 * Makes the database ready: creates it if it is missing, brings its schema up to date, restores its roles, opens the settings' poll. It may run
 * any number of times, on any older schema.
 * @returns the highest place in the order of acceptance of all votes, polls and asynchronous events, in microseconds (0 if there are none),
 *   and whether asynchronous events are left to be run
 */
export async function prepareDatabase(
  settings: DatabaseSettings,
): Promise<{ highestAcceptedAt: bigint; asyncEventsAreLeft: boolean }> {
  await createDatabase(settings);
  return withConnection(settings, DATABASE, async (client) => {
    await client.query('select pg_advisory_lock($1)', [PREPARATION]);
    // First, because they may lock what a migration changes.
    await endOverdueSessions(client);
    await migrate(client, settings.migrationsDir);
    await repairAcceptanceOrder(client);
    await restoreRoles(client, settings.passwords);
    // An open poll's countdown may end in the future.
    const { rows } = await client.query(
      `select greatest((select max(accepted_at) from tally), max(opened_order),
                       max(closed_order) filter (where status = 'closed'), 0)::text as highest from polls`,
    );
    const recorded = BigInt(rows[0].highest);
    const { areLeft, highestAcceptedAt: queued } = await findAsyncEvents(client);
    const highestAcceptedAt = queued > recorded ? queued : recorded;
    await writeStartPolls(client, settings.polls, highestAcceptedAt + 1n);
    return { highestAcceptedAt, asyncEventsAreLeft: areLeft };
  });
}

/** What functions left behind in the database. */
export interface Left {
  /** The roles that had been changed and are restored. */
  roles: string[];
  /** Overdue sessions that were ended. */
  ended: number;
  /** Busy sessions that may still become overdue. */
  busy: number;
}

/** Ends overdue sessions of functions, and restores their roles where a function has changed its own. */
export function restoreFunctionRoles(connection: Connection, overdueMs?: number): Promise<Left> {
  return withConnection(connection, DATABASE, async (client) => {
    await client.query('select pg_advisory_lock($1)', [PREPARATION]);
    // First, because they may lock the role.
    const sessions = await endOverdueSessions(client, overdueMs);
    await client.query(`set lock_timeout = ${LOCK_MS}`);
    const roles = await restoreRoles(client, connection.passwords).catch((error) => {
      // A busy session has locked the role. The next check ends it, unless it ends by itself.
      if (error.code === LOCK_NOT_AVAILABLE) return [];
      throw error;
    });
    return { ...sessions, roles };
  });
}

/** Runs the outstanding migrations, all or none. */
export async function migrate(client: Client, migrationsDir: string, count = Number.POSITIVE_INFINITY): Promise<void> {
  await runner({
    dbClient: client,
    dir: migrationsDir,
    direction: 'up',
    count,
    migrationsTable: 'migrations',
    singleTransaction: true,
    noLock: true,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

async function createDatabase(settings: DatabaseSettings): Promise<void> {
  await withConnection(settings, 'postgres', async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount) return;
    await client.query(`create database ${DATABASE}`).catch((error) => {
      if (error.code !== DUPLICATE_DATABASE && error.code !== UNIQUE_VIOLATION) throw error;
    });
  });
}
const LOCK_NOT_AVAILABLE = '55P03';
const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505';
