import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventQueue } from '../src/event-queue.ts';
import { migrate } from '../src/prepare.ts';
import { DatabaseContainer, poll } from './database-container.ts';

const MIGRATIONS = join(import.meta.dirname, '..', 'migrations');
const [cats, dogs] = poll.options as [{ id: string; label: string }, { id: string; label: string }];

let database: DatabaseContainer;

beforeAll(async () => {
  database = await DatabaseContainer.start();
});
afterAll(() => database?.stop());

/** A database as it was after so many migrations. */
async function databaseOf(migrations: number) {
  const anyDatabase = await database.connect('postgres', 'postgres', 'postgres');
  await anyDatabase.query('drop database votes with (force)');
  await anyDatabase.query('create database votes');
  const owner = await database.connect('postgres');
  await migrate(owner, MIGRATIONS, migrations);
  return owner;
}

/** What fetch-results would show. */
async function shown() {
  const reader = await database.connect('fetch-results');
  const { rows } = await reader.query(
    `select id, label, coalesce(sum(votes), 0)::integer as votes
     from options left join tally on option_id = id where open group by id order by position`,
  );
  return rows;
}

test('an older schema with votes is brought up to date, and its votes are counted', async () => {
  const lobby = await database.prepare({ migrationsDir: MIGRATIONS, options: [cats, dogs] });
  expect(lobby).toEqual({ highestAcceptedAt: 0n, asyncEventsAreLeft: false, votesSince: expect.any(Date) });

  const beforeTheTally = 1;
  const owner = await databaseOf(beforeTheTally);
  await owner.query("insert into poll (question) values ('Cats or dogs?')");
  await owner.query("insert into options values ('cats', 'Cats', 1, true), ('dogs', 'Dogs', 2, true)");
  await owner.query(
    "insert into votes (voter_id, option_id, accepted_at) select gen_random_uuid(), 'dogs', n from generate_series(1, 7) as n",
  );

  const { rows } = await owner.query('select min(recorded_at) as first from votes');
  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: 7n, votesSince: rows[0].first });
  expect(await shown()).toEqual([
    { id: 'cats', label: 'Cats', votes: 0 },
    { id: 'dogs', label: 'Dogs', votes: 7 },
  ]);
});

test('to prepare again changes nothing, also when two do it at once', async () => {
  const before = await shown();
  const owner = await database.connect('postgres');
  const times = 'select (select updated_at from poll) as poll, max(updated_at) as options from options';
  const changed = (await owner.query(times)).rows;
  await Promise.all([database.prepare(), database.prepare()]);
  expect(await shown()).toEqual(before);
  expect((await owner.query(times)).rows).toEqual(changed);
});

test('an option that leaves the poll is hidden, and comes back with its votes', async () => {
  const fish = { id: 'fish', label: 'Fish' };
  await database.prepare({ options: [fish, cats] });
  expect(await shown()).toEqual([
    { id: 'fish', label: 'Fish', votes: 0 },
    { id: 'cats', label: 'Cats', votes: 0 },
  ]);
  const voter = await database.connect('record-vote');
  const vote = "select record_votes(array[$1::uuid], '{dogs}', '{100}') as at";
  expect((await voter.query(vote, [randomUUID()])).rows).toEqual([{ at: null }]);

  await database.prepare({ options: [{ id: 'dogs', label: 'Good dogs' }, cats] });
  expect(await shown()).toEqual([
    { id: 'dogs', label: 'Good dogs', votes: 7 },
    { id: 'cats', label: 'Cats', votes: 0 },
  ]);
});

test('another question replaces the first', async () => {
  await database.prepare({ question: 'Tabs or spaces?' });
  const reader = await database.connect('fetch-results');
  expect((await reader.query('select question from poll')).rows).toEqual([{ question: 'Tabs or spaces?' }]);
});

test('a migration that fails says why, leaves nothing behind, and can run when the cause is gone', async () => {
  const owner = await database.connect('postgres');
  await owner.query('delete from migrations where id > 1');
  await expect(database.prepare()).rejects.toThrow('relation "tally" already exists');
  expect((await owner.query('select id from migrations')).rows).toEqual([{ id: 1 }]);
  await owner.query('drop table tally cascade');
  await owner.query('drop function record_votes, add_to_tally, count_votes, forget_votes cascade');
  await owner.query('drop schema async_events');
  await owner.query('alter table poll drop column votes_since');
  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: 7n });
});

test('asynchronous events that are left are reported, and the order of acceptance goes on after the last of them', async () => {
  const owner = await database.connect('postgres');
  // As much of the queue's own table as matters here.
  await owner.query('create table async_events.job (data jsonb)');
  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: 7n, asyncEventsAreLeft: false });
  await owner.query(`insert into async_events.job values ('{"acceptedAt": "900"}'), ('{"acceptedAt": "8"}')`);
  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: 900n, asyncEventsAreLeft: true });
});

test('asynchronous events with a place that no clock has given get one from now, in the order that they had', async () => {
  const owner = await database.connect('postgres');
  await owner.query('truncate async_events.job');
  const places = { last: '9223372036854775809', first: '9223372036854775808', fine: '7' };
  for (const [id, acceptedAt] of Object.entries(places))
    await owner.query('insert into async_events.job values ($1)', [{ id, acceptedAt }]);
  const { highestAcceptedAt } = await database.prepare();
  expect(highestAcceptedAt).toBeLessThanOrEqual(BigInt(Date.now() + 60_000) * 1_000n);
  const { rows } = await owner.query(
    "select data ->> 'id' as id, (data ->> 'acceptedAt')::bigint as place from async_events.job order by 2",
  );
  expect(rows.map(({ id }) => id)).toEqual(['fine', 'first', 'last']);
  expect([BigInt(rows[0].place), BigInt(rows[2].place)]).toEqual([7n, highestAcceptedAt]);
});

test('asynchronous events and dead letters survive the new name of their schema, and can be taken and sent again', async () => {
  const beforeTheName = 7;
  const owner = await databaseOf(beforeTheName);
  const { rows: schemas } = await owner.query(
    `select nspname as name from pg_namespace where nspname !~ '^(pg_|public$|information_schema$)'`,
  );
  expect(schemas).toHaveLength(1);
  const schema: string = schemas[0].name;
  const boss = new PgBoss({
    ...{ host: database.hostFor('postgres'), user: 'postgres', database: 'votes' },
    ...{ schema, createSchema: false, supervise: false, schedule: false },
  });
  await boss.start();
  await boss.createQueue('dead.letters');
  await boss.createQueue('record-vote', { deadLetter: 'dead.letters', retryLimit: 0 });
  const ids = { dead: randomUUID(), waiting: randomUUID() };
  for (const [place, id] of Object.values(ids).entries()) {
    const data = { requestId: id, acceptedAt: `${place + 1}`, traceparent: '', event: `{"place":${place}}` };
    await boss.send('record-vote', data, { id, singletonKey: id });
    if (id === ids.dead) await boss.fetch('record-vote');
    if (id === ids.dead) await boss.fail('record-vote', id, { errorType: 'Error', errorMessage: 'as told' });
  }
  await boss.stop({ graceful: false });

  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: 2n, asyncEventsAreLeft: true });
  const queue = await EventQueue.open({ host: database.hostFor('postgres') }, ['record-vote', 'made-later']);
  const take = async () => (await queue.take('record-vote', 10)).map(({ requestId }) => requestId);
  expect(await queue.deadLetters({}, 10)).toMatchObject([{ requestId: ids.dead, functionName: 'record-vote' }]);
  expect(await take()).toEqual([ids.waiting]);
  expect(await queue.resend({})).toBe(1);
  expect(await take()).toEqual([ids.dead]);
  await queue.close();
  const { rows } = await owner.query(
    `select proname from pg_proc where pronamespace = 'async_events'::regnamespace and position($1 in prosrc) > 0`,
    [`${schema}.`],
  );
  expect(rows).toEqual([]);
});

test('a database that never answers is an error', async () => {
  await expect(database.prepare({ host: '/nowhere', connectTimeoutMs: 200 })).rejects.toThrow('/nowhere');
});
