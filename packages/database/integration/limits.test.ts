import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { restoreFunctionRoles } from '../src/prepare.ts';
import { type Caller, DatabaseContainer } from './database-container.ts';

let database: DatabaseContainer;

beforeAll(async () => {
  database = await DatabaseContainer.start();
  await database.prepare();
});
afterAll(() => database?.stop());

const setting = async (client: Client, name: string): Promise<string> =>
  (await client.query('select current_setting($1) as value', [name])).rows[0].value;

const rows = (...counts: number[]) => counts.map((count, n) => `generate_series(1, ${count}) as rows_${n}`).join(', ');
/** Takes hours, and neither memory nor disk. */
const ENDLESS = `select count(*) as endless from ${rows(10_000, 10_000, 10_000)}`;

test('a function that has turned all its deadlines off keeps nothing running, and no transaction open, for long', async () => {
  const owner = await database.connect('postgres');
  const sessions = async (state: string) =>
    (await owner.query(`select from pg_stat_activity where usename = 'fetch-results' and state ${state}`)).rowCount;
  const active = () => sessions(`= 'active'`);
  const begin = async () => {
    const client = await database.connect('fetch-results');
    await client.query(
      'set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set client_connection_check_interval = 0',
    );
    await client.query('begin isolation level repeatable read; select read_results(array[null])');
    return client;
  };
  const [abandoned, alsoAbandoned] = [await begin(), await begin(), await begin()];
  void abandoned.query(ENDLESS).catch(() => undefined);
  // Each transaction is short, and all of them have been sent at once.
  const short = `commit; begin; select count(*) from ${rows(1_000, 10_000)};`;
  void alsoAbandoned.query(short.repeat(500)).catch(() => undefined);
  await expect.poll(active).toBe(2);
  for (const client of [abandoned, alsoAbandoned])
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  const open = () => sessions(`<> 'idle'`);
  expect(await open()).toBe(3);
  const address = { host: database.hostFor('postgres'), connectTimeoutMs: 110_000 };
  // Two of them compute until they are overdue, so that is soon here.
  const look = async () => {
    await restoreFunctionRoles(address, 500);
    return open();
  };
  await expect.poll(look, { interval: 1_000 }).toBe(0);
});

/** What the role's container could do if it were taken over, against what its settings ask for. */
describe.each<Caller>(['record-vote', 'fetch-results'])('%s', (caller) => {
  test('has a deadline for its statements, and for transactions in which nothing happens', async () => {
    const client = await database.connect(caller);
    expect(await setting(client, 'statement_timeout')).toBe('8s');
    await client.query('begin');
    await new Promise((resolve) => client.once('end', resolve));
    await expect(client.query('select 1')).rejects.toThrow();
  });

  test('that sets its own deadlines otherwise has them back after the next start of the launcher', async () => {
    const client = await database.connect(caller);
    await client.query(`alter role "${caller}" set statement_timeout = 0`);
    await client.query(`alter role "${caller}" in database votes set statement_timeout = 0`);
    expect(await setting(await database.connect(caller), 'statement_timeout')).toBe('0');
    await database.prepare();
    expect(await setting(await database.connect(caller), 'statement_timeout')).toBe('8s');
  });

  test('leaves nothing running when its container goes, whatever deadline it has set', async () => {
    const client = await database.connect(caller);
    const owner = await database.connect('postgres');
    await client.query('set statement_timeout = 0');
    void client.query(ENDLESS).catch(() => undefined);
    const running = async () => {
      const text = `select from pg_stat_activity where usename = $1 and query like '%as endless%' and state = 'active'`;
      return (await owner.query(text, [caller])).rowCount;
    };
    await expect.poll(running).toBe(1);
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await expect.poll(running).toBe(0);
  });

  test('can’t fill the disk with temporary files, nor allow itself to', async () => {
    const client = await database.connect(caller);
    const sorting =
      'select count(*) from (select n from generate_series(1, 3000000) n order by n desc offset 1) sorted';
    await expect(client.query(sorting)).rejects.toMatchObject({ code: '53400' });
    for (const attempt of ['set temp_file_limit = -1', `alter role "${caller}" set temp_file_limit = -1`])
      await expect(client.query(attempt), attempt).rejects.toMatchObject({ code: '42501' });
  });

  test('can’t take all connections, nor allow itself to', async () => {
    const client = await database.connect(caller);
    const attempts = await Promise.allSettled(Array.from({ length: 21 }, () => database.connect(caller)));
    const reasons = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason.code] : []));
    expect(reasons.length).toBeGreaterThan(0);
    expect(new Set(reasons)).toEqual(new Set(['53300']));
    await database.connect('postgres');
    await expect(client.query(`alter role "${caller}" connection limit 100`)).rejects.toMatchObject({ code: '42501' });
  });
});
