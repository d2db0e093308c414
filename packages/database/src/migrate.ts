import { setTimeout as pause } from 'node:timers/promises';
import { runner } from 'node-pg-migrate';
import { Client } from 'pg';
import { repairAcceptanceOrder } from './acceptance-order.ts';
import { findAsyncEvents } from './async-events.ts';
import { type Poll, writePoll } from './poll.ts';
import { restoreRoles } from './roles.ts';

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

export interface DatabaseSettings extends Poll, Connection {
  migrationsDir: string;
}

export const DATABASE = 'votes';
const OWNER = 'postgres';
/** Whoever prepares the database holds this lock; a second one waits. */
const PREPARATION = 20_250_305;
const PAUSE_MS = 50;
/** Migrations of this size take less. */
const QUERY_MS = 30_000;

/**
 * Makes the database ready: creates it if it is missing, brings its schema up to date, restores its roles, writes the poll. It may run
 * any number of times, on any older schema.
 * @returns the highest `acceptedAt` of all votes and asynchronous events, in microseconds (0 if there are none), whether asynchronous events
 *   are left to be run, and since when votes are kept
 */
export async function prepareDatabase(
  settings: DatabaseSettings,
): Promise<{ highestAcceptedAt: bigint; asyncEventsAreLeft: boolean; votesSince: Date }> {
  await createDatabase(settings);
  return withConnection(settings, DATABASE, async (client) => {
    await client.query('select pg_advisory_lock($1)', [PREPARATION]);
    await migrate(client, settings.migrationsDir);
    await repairAcceptanceOrder(client);
    await restoreRoles(client, settings.passwords);
    await writePoll(client, settings);
    const { rows } = await client.query(
      'select votes_since, (select coalesce(max(accepted_at), 0)::text from tally) as highest from poll',
    );
    const recorded = BigInt(rows[0].highest);
    const { areLeft, highestAcceptedAt } = await findAsyncEvents(client);
    return {
      highestAcceptedAt: highestAcceptedAt > recorded ? highestAcceptedAt : recorded,
      asyncEventsAreLeft: areLeft,
      votesSince: rows[0].votes_since,
    };
  });
}

/** Makes the roles of functions what they should be, if one of them has changed itself. @returns those that had */
export function restoreFunctionRoles(connection: Connection): Promise<string[]> {
  return withConnection(connection, DATABASE, async (client) => {
    await client.query('select pg_advisory_lock($1)', [PREPARATION]);
    return restoreRoles(client, connection.passwords);
  });
}

/** What may be asked: does it answer, and has it space for a megabyte, which it has back at once? */
const QUESTIONS = {
  isThere: 'select 1',
  hasSpace: `begin;
    create temporary table space on commit drop as select repeat('x', 1900) as taken from generate_series(1, 500);
    rollback`,
};

export type Question = keyof typeof QUESTIONS;

/** Resolves when the database lets the owner in and says yes, now. @throws when it doesn't, or not within the time */
export async function askDatabase(
  question: Question,
  { connectTimeoutMs: withinMs, ...address }: Connection,
): Promise<void> {
  const client = clientOf(address, DATABASE, { connectMs: withinMs, queryMs: withinMs });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(QUESTIONS[question]);
  } finally {
    await client.end();
  }
}

/** Runs the migrations that haven't run, all of them or none. */
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
const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505';

/** Does work as the owner. */
export async function withConnection<Result>(
  connection: Connection,
  database: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(connection, database);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The owner's, who never waits for ever: a Postgres that hangs is as good as none. */
function clientOf({ host, passwords }: Address, database: string, within: { connectMs: number; queryMs: number }) {
  const timeouts = { connectionTimeoutMillis: within.connectMs, query_timeout: within.queryMs };
  return new Client({ host, database, user: OWNER, ...timeouts, ...(passwords && { password: passwords.owner }) });
}

/** Connects as the owner, as soon as Postgres lets anybody in. */
async function connect({ connectTimeoutMs, ...address }: Connection, database: string): Promise<Client> {
  const giveUpAt = Date.now() + connectTimeoutMs;
  for (;;) {
    const client = clientOf(address, database, { connectMs: connectTimeoutMs, queryMs: QUERY_MS });
    // A connection that breaks is noticed by whoever uses it.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (Date.now() > giveUpAt || !isStarting(error)) throw error;
      await pause(PAUSE_MS);
    }
  }
}

/** Not listening yet, gone for a moment, or still recovering; anything else won't get better by waiting. */
function isStarting(error: unknown): boolean {
  const { severity, code } = error as { severity?: string; code?: string };
  return severity === undefined || code?.startsWith('57P') === true;
}
