import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

/** What fetch-results shows of a poll, or else of the current one. */
async function shown(poll: string | null = null) {
  const reader = await database.connect('fetch-results');
  const { rows } = await reader.query('select results from read_results(array[$1]) as results', [poll]);
  return rows[0].results;
}

const votesFor = (...votes: number[]) => ({
  options: [cats, dogs].map((option, index) => ({ ...option, votes: votes[index] })),
});

test('a new database has the poll of the settings, which is open', async () => {
  expect(await database.prepare()).toEqual({ highestAcceptedAt: 0n, asyncEventsAreLeft: false });
  expect(await shown()).toMatchObject({
    id: 'cats-or-dogs',
    status: 'open',
    question: poll.question,
    ...votesFor(0, 0),
  });
});

test('an older schema with votes is brought up to date, and its votes are counted', async () => {
  const beforeTheTally = 1;
  const owner = await databaseOf(beforeTheTally);
  await owner.query("insert into poll (question) values ('Cats or dogs?')");
  await owner.query("insert into options values ('cats', 'Cats', 1, true), ('dogs', 'Dogs', 2, true)");
  await owner.query(
    "insert into votes (voter_id, option_id, accepted_at) select gen_random_uuid(), 'dogs', n from generate_series(1, 7) as n",
  );
  const { rows } = await owner.query('select min(recorded_at) as first from votes');
  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: 7n });
  const first = rows[0].first.toISOString();
  expect(await shown()).toMatchObject({ ...votesFor(0, 7), votesSince: first, openedAt: first });
});

test('a database with one poll keeps its votes, tally and rights: they belong to the first of several', async () => {
  const beforeSeveral = 8;
  const owner = await databaseOf(beforeSeveral);
  await owner.query("insert into poll (question) values ('Cats or dogs?')");
  await owner.query(
    "insert into options values ('cats', 'Cats', 1, true), ('dogs', 'Dogs', 2, true), ('fish', 'Fish', 3, false)",
  );
  const changer = randomUUID();
  await owner.query("insert into votes (voter_id, option_id, accepted_at) values ($1, 'fish', 1)", [changer]);
  await owner.query(
    `insert into votes (voter_id, option_id, accepted_at)
     select gen_random_uuid(), case when n % 3 = 0 then 'cats' else 'dogs' end, n from generate_series(2, 3001) as n`,
  );
  const voter = await database.connect('record-vote');
  await voter.query("select record_votes('{a0000000-0000-4000-8000-000000000001}', '{cats}', '{4000}')");

  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: 4000n });
  expect(await shown()).toMatchObject({ id: 'cats-or-dogs', status: 'open', ...votesFor(1001, 2000), total: 3001 });
  const record = 'select refusal from record_votes(array[$1::uuid], array[$2], array[$3::bigint])';
  expect((await voter.query(record, [changer, 'cats', 5000])).rows).toEqual([{ refusal: null }]);
  expect((await voter.query(record, [changer, 'fish', 6000])).rows).toMatchObject([{ refusal: 'unknown option' }]);
  expect(await shown()).toMatchObject(votesFor(1002, 2000));
  const { rows } = await owner.query(
    `select (select count(*)::int from votes) as votes, (select sum(votes)::int from tally) as tally,
            (select sum(votes)::int from tally where option_id = 'fish') as fish`,
  );
  expect(rows).toEqual([{ votes: 3002, tally: 3002, fish: 0 }]);
});

test('to prepare again changes nothing, also when two do it at once', async () => {
  const { serverTime: _, ...before } = await shown();
  await Promise.all([database.prepare(), database.prepare()]);
  const { serverTime: __, ...after } = await shown();
  expect(after).toEqual(before);
});

describe('other settings', () => {
  const tea = { question: 'Tea or coffee?', options: [cats, dogs] };
  const file = (...questions: string[]) => ({
    content: questions.join('\n'),
    polls: questions.map((question) => ({ question, options: [cats, dogs] })),
  });
  const list = async () => {
    const { rows } = await (await database.connect('postgres')).query('select list_polls() as list');
    return rows[0].list.polls.map(({ id, status, total }: Record<string, unknown>) => [id, status, total]);
  };

  test('open another poll, close the first, and keep its votes', async () => {
    await database.prepare({ polls: { poll: tea, file: undefined } });
    expect(await list()).toEqual([
      ['cats-or-dogs', 'closed', 3002],
      ['tea-or-coffee', 'open', 0],
    ]);
    expect(await shown()).toMatchObject({ question: 'Tea or coffee?' });
    expect(await shown('cats-or-dogs')).toMatchObject(votesFor(1002, 2000));
  });

  test('take votes that were accepted while the database was being prepared, and none that was accepted before', async () => {
    const voter = await database.connect('record-vote');
    await voter.query(`select record_votes(array[gen_random_uuid(), gen_random_uuid()], '{cats,cats}', '{5000,5001}')`);
    expect(await list()).toEqual([
      ['cats-or-dogs', 'closed', 3003],
      ['tea-or-coffee', 'open', 1],
    ]);
  });

  test('that come back are asked again, in a poll of its own', async () => {
    await database.prepare();
    expect(await list()).toEqual([
      ['cats-or-dogs', 'closed', 3003],
      ['tea-or-coffee', 'closed', 1],
      ['cats-or-dogs-2', 'open', 0],
    ]);
  });

  test('leave what the presenter has opened alone, as long as they are the same', async () => {
    const presenter = await database.connect('open-poll');
    await presenter.query('select open_poll($1, $2, null)', [{ id: 'mine', ...tea }, {}]);
    await database.prepare();
    expect(await shown()).toMatchObject({ id: 'mine', status: 'open' });
  });

  test('add the polls of a file as drafts, once for each content', async () => {
    for (const polls of [file('One?', 'Two?'), file('One?', 'Two?'), file('One?')])
      await database.prepare({ polls: { poll, file: polls } });
    expect((await list()).slice(4)).toEqual([
      ['one', 'draft', 0],
      ['two', 'draft', 0],
      ['one-2', 'draft', 0],
    ]);
  });
});

test('a migration that fails says why, leaves nothing behind, and can run when the cause is gone', async () => {
  const owner = await databaseOf(1);
  await owner.query('create table polls ()');
  await expect(database.prepare()).rejects.toThrow('relation "polls" already exists');
  expect((await owner.query('select id from migrations')).rows).toEqual([{ id: 1 }]);
  await owner.query('drop table polls');
  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: 0n });
});

test('asynchronous events that are left are reported, and the order of acceptance goes on after the last of them', async () => {
  const owner = await database.connect('postgres');
  // As much of the queue's own table as matters here.
  await owner.query('create table async_events.job (data jsonb)');
  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: 1n, asyncEventsAreLeft: false });
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
