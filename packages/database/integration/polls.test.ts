import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Caller, DatabaseContainer, FUNCTIONS } from './database-container.ts';

let database: DatabaseContainer;
let owner: Client;
const sessions = new Map<Caller, Client>();

beforeAll(async () => {
  database = await DatabaseContainer.start();
  await database.prepare();
  owner = await database.connect('postgres');
  for (const name of FUNCTIONS) sessions.set(name, await database.connect(name));
});
afterAll(() => database?.stop());
beforeEach(async () => {
  await owner.query('truncate votes, tally, options, polls');
  // The first event of a test is earlier than all that follow.
  clock = Date.now() * 1_000;
});

let clock: number;
/** The next place in the order of acceptance. */
const accept = () => ++clock;
const later = (seconds: number) => clock + seconds * 1_000_000;

/** Calls a function of the schema as one of ours. */
async function as(caller: Caller, call: string, ...values: unknown[]) {
  const client = sessions.get(caller) as Client;
  const parameters = values.map((_, index) => `$${index + 1}`).join(', ');
  return (await client.query(`select ${call}(${parameters}) as answer`, values)).rows[0]?.answer;
}

const options = [
  { id: 'yes', label: 'Yes' },
  { id: 'no', label: 'No' },
];
const draft = (id: string) => ({ id, question: `${id}?`, options });
const open = (what: object, opening: object = {}, event: number | null = accept()) =>
  as('open-poll', 'open_poll', what, opening, event);
const close = (poll: string | null = null, closesAt: string | null = null, event: number | null = accept()) =>
  as('close-poll', 'close_poll', poll, closesAt, event);
const add = (...ids: string[]) => as('edit-polls', 'add_drafts', JSON.stringify(ids.map(draft)), accept());
const startOver = (poll: string, opening: object = {}, event = accept()) =>
  as('edit-polls', 'start_over', poll, opening, event);
const results = (poll: string | null = null) => as('fetch-results', 'read_results', poll === null ? [null] : [poll]);
const list = async () => (await as('list-polls', 'list_polls')).polls;
const statuses = async () =>
  Object.fromEntries((await list()).map(({ id, status }: Record<string, string>) => [id, status]));

/** Votes as record-vote does. @returns the poll that it counts for, or why it doesn't */
async function vote(poll: string | null, accepted: number | null = accept(), voter = randomUUID(), choice = 'yes') {
  const client = sessions.get('record-vote') as Client;
  const { rows } = await client.query(
    'select refusal from record_votes(array[$1::uuid], array[$2], array[$3::bigint], array[$4])',
    [voter, choice, accepted, poll],
  );
  if (rows[0].refusal) return rows[0].refusal;
  const counted = 'select poll_id from votes where voter_id = $1 order by recorded_at desc limit 1';
  return (await owner.query(counted, [voter])).rows[0].poll_id;
}

/** The places of a poll. */
async function placesOf(poll: string) {
  const { rows } = await owner.query(
    'select opened_order::float8 as opened, closed_order::float8 as closed from polls where id = $1',
    [poll],
  );
  return rows[0] as { opened: number; closed: number };
}

describe('opening', () => {
  test('a question makes it the current poll, and closes the one before', async () => {
    expect(await open(draft('a'))).toMatchObject({ id: 'a', status: 'open', closesAt: null, hidden: false, options });
    expect(await open(draft('b'))).toMatchObject({ id: 'b', status: 'open' });
    expect(await statuses()).toEqual({ a: 'closed', b: 'open' });
    expect(await results()).toMatchObject({ id: 'b', question: 'b?' });
  });

  test('a draft takes it from the list; one that is none is refused', async () => {
    await add('a', 'b');
    await open({ poll: 'b' });
    expect(await statuses()).toEqual({ a: 'draft', b: 'open' });
    for (const poll of ['b', 'c']) await expect(open({ poll })).rejects.toMatchObject({ hint: 'NotADraft' });
  });

  test('gives each question an id of its own', async () => {
    for (const id of ['a', 'a-2', 'a-3']) expect(await open(draft('a'))).toMatchObject({ id });
  });

  test('by the same event again changes nothing', async () => {
    await add('draft');
    for (const what of [draft('a'), { poll: 'draft' }]) {
      const event = accept();
      const opened = await open(what, { closesInSeconds: 30 }, event);
      const { updatedAt: _, ...rest } = opened;
      expect(await open(what, { closesInSeconds: 30 }, event)).toMatchObject(rest);
    }
    expect(await statuses()).toEqual({ draft: 'open', a: 'closed' });
  });

  test.each([
    ['a long question', { question: 'q'.repeat(201) }],
    ['no question', { question: '' }],
    ['one option', { options: options.slice(1) }],
    ['nine options', { options: Array.from({ length: 9 }, (_, n) => ({ id: `o${n}`, label: `o${n}` })) }],
    ['a long label', { options: [...options, { id: 'long', label: 'l'.repeat(61) }] }],
    ['an option without an id', { options: [...options, { label: 'l' }] }],
  ])('with %s is refused, whoever asks', async (_what, changes) => {
    await expect(open({ ...draft('a'), ...changes })).rejects.toMatchObject({ hint: 'InvalidEvent' });
  });

  test('is refused beyond 200 polls', async () => {
    await add(...Array.from({ length: 100 }, (_, n) => `q${n}`));
    await add(...Array.from({ length: 100 }, (_, n) => `q${n}`));
    await expect(open(draft('one-more'))).rejects.toMatchObject({ hint: 'TooManyPolls' });
    expect(await as('edit-polls', 'remove_draft', 'q7')).toMatchObject({ polls: expect.any(Array) });
    expect(await open(draft('one-more'))).toMatchObject({ id: 'one-more' });
  });
});

describe('a vote', () => {
  test('counts for the poll that its voter saw, and without one for the poll that was open when it was accepted', async () => {
    await open(draft('a'));
    expect(await vote('a', null)).toBe('a');
    expect(await vote(null, null)).toBe('a');
    expect(await vote('b', null)).toBe('closed');
    expect(await vote('a', null, randomUUID(), 'perhaps')).toBe('unknown option');
    expect(await results()).toMatchObject({ total: 2 });
  });

  test('is one for each voter in each poll', async () => {
    const me = randomUUID();
    await open(draft('a'));
    for (const choice of ['yes', 'no']) await vote('a', null, me, choice);
    await open(draft('b'));
    await vote('b', null, me, 'no');
    for (const poll of ['a', 'b'])
      expect(await results(poll)).toMatchObject({ total: 1, options: [{ votes: 0 }, { votes: 1 }] });
  });

  test('that was accepted before the closing counts though it is written after it, and none is counted that was accepted later', async () => {
    await open(draft('a'));
    await close();
    const { opened, closed } = await placesOf('a');
    for (const poll of ['a', null]) {
      expect(await vote(poll, opened)).toBe('a');
      expect(await vote(poll, closed - 1)).toBe('a');
      expect(await vote(poll, closed)).toBe('closed');
    }
    expect(await vote('a', opened - 1)).toBe('closed');
    expect(await results()).toMatchObject({ status: 'closed', total: 4 });
  });

  test('that is sent again after another poll was opened is one for the poll that it was for', async () => {
    await open(draft('a'));
    const [me, accepted] = [randomUUID(), (await placesOf('a')).opened + 1];
    await open(draft('b'));
    for (let times = 0; times < 2; times++) expect(await vote(null, accepted, me)).toBe('a');
    expect(await results('a')).toMatchObject({ total: 1 });
    expect(await results('b')).toMatchObject({ total: 0 });
  });

  test('that is being written when the poll is closed counts, and one that waits for the closing is refused', async () => {
    await open(draft('a'));
    const writer = await database.connect('record-vote');
    await writer.query('begin');
    await writer.query(`select record_votes(array[gen_random_uuid()], '{yes}', '{null}')`);
    let isClosed = false;
    const closing = close().then(() => {
      isClosed = true;
    });
    const waiting = async () =>
      (await owner.query("select from pg_stat_activity where wait_event_type = 'Lock' and usename = 'close-poll'"))
        .rowCount;
    await expect.poll(waiting).toBe(1);
    const late = vote('a', later(5));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isClosed).toBe(false);
    await writer.query('commit');
    await closing;
    expect(await late).toBe('closed');
    expect(await results()).toMatchObject({ status: 'closed', total: 1 });
    await writer.end();
  });

  test('of many in one batch goes to its own poll, and batches of several polls never block each other', async () => {
    await open(draft('a'));
    const { opened } = await placesOf('a');
    await open(draft('b'));
    const voters = Array.from({ length: 20 }, () => randomUUID());
    const writers = await Promise.all(Array.from({ length: 5 }, () => database.connect('record-vote')));
    const batch = (client: Client) => {
      const mine = voters.toSorted(() => Math.random() - 0.5).flatMap((voter) => [voter, voter]);
      const polls = mine.map((_, index) => ['a', 'b'][index % 2]);
      const accepted = polls.map((poll) => (poll === 'a' ? opened : null));
      return client.query('select record_votes($1, $2, $3, $4)', [mine, mine.map(() => 'yes'), accepted, polls]);
    };
    for (let round = 0; round < 20; round++) await Promise.all(writers.map(batch));
    for (const poll of ['a', 'b']) expect(await results(poll)).toMatchObject({ total: 20 });
    await Promise.all(writers.map((writer) => writer.end()));
  });
});

describe('a countdown', () => {
  test('ends to the millisecond, whenever it is noticed', async () => {
    const { closesAt } = await open(draft('a'), { closesInSeconds: 30 });
    const end = Date.parse(closesAt) * 1_000;
    expect(await vote('a', end - 1)).toBe('a');
    expect(await vote('a', end)).toBe('closed');
    expect(await close('a', closesAt)).toBe('a');
    expect(await vote('a', end - 1)).toBe('a');
    expect(await vote('a', end)).toBe('closed');
    expect(await results()).toMatchObject({ status: 'closed', closedAt: closesAt, total: 2 });
  });

  test('that is over is over for everybody, also if nobody has closed the poll', async () => {
    await open(draft('a'), { closesInSeconds: 1 });
    await expect.poll(async () => (await results()).status).toBe('closed');
    expect(await statuses()).toEqual({ a: 'closed' });
    expect(await vote('a', null)).toBe('closed');
    await open(draft('b'));
    const { closed } = await placesOf('a');
    expect(closed).toBe(Date.parse((await results('a')).closesAt) * 1_000);
  });

  test('closes nothing that was closed, or started over, before', async () => {
    const { closesAt } = await open(draft('a'), { closesInSeconds: 30 });
    await close();
    const before = await placesOf('a');
    await close('a', closesAt);
    expect(await placesOf('a')).toEqual(before);
    for (const opening of [{}, { closesInSeconds: 60 }]) {
      await startOver('a', opening);
      await close('a', closesAt);
      expect(await results()).toMatchObject({ status: 'open' });
    }
  });
});

describe('closing', () => {
  test('twice is closing once, and without a poll it is for the open one', async () => {
    await open(draft('a'));
    expect(await close()).toBe('a');
    const before = await placesOf('a');
    expect([await close(), await close('a')]).toEqual(['a', 'a']);
    expect(await placesOf('a')).toEqual(before);
    await expect(close('b')).rejects.toMatchObject({ hint: 'UnknownPoll' });
  });

  test('does not close a poll that was opened after its event was accepted', async () => {
    await open(draft('a'));
    const delayed = accept();
    await open(draft('b'));
    await close(null, null, delayed);
    expect(await statuses()).toEqual({ a: 'closed', b: 'open' });
  });

  test('keeps the result that was seen; late votes count, and what is shown is the tally', async () => {
    await open(draft('a'));
    await vote('a', null);
    await as('close-poll', 'keep_result', 'a', { total: 0 });
    await close();
    await as('close-poll', 'keep_result', 'a', await results());
    const { closed } = await placesOf('a');
    expect(await vote('a', closed - 1)).toBe('a');
    const { rows } = await owner.query("select result ->> 'total' as seen from polls");
    expect(rows).toEqual([{ seen: '1' }]);
    expect(await results()).toMatchObject({ total: 2 });
  });
});

describe('hidden numbers', () => {
  const hidden = { total: 1, options: [{ votes: null }, { votes: null }] };

  test('are read by nobody until they are revealed, also after the closing', async () => {
    await open(draft('a'), { hidden: true });
    await vote('a', null);
    expect(await results()).toMatchObject(hidden);
    await close();
    expect(await results()).toMatchObject(hidden);
    expect(await list()).toMatchObject([hidden]);
    const shown = await as('edit-polls', 'hide_numbers', 'a', false);
    expect(shown.polls).toMatchObject([{ total: 1, options: [{ votes: 1 }, { votes: 0 }] }]);
    expect(await results()).toMatchObject(shown.polls[0]);
    await as('edit-polls', 'hide_numbers', 'a', true);
    expect(await results()).toMatchObject(hidden);
    await expect(as('edit-polls', 'hide_numbers', 'b', true)).rejects.toMatchObject({ hint: 'UnknownPoll' });
  });

  test('of a draft stay hidden when it is opened, unless the opening says something else', async () => {
    await add('a', 'b');
    for (const id of ['a', 'b']) await as('edit-polls', 'hide_numbers', id, true);
    expect(await open({ poll: 'a' })).toMatchObject({ hidden: true });
    expect(await open({ poll: 'b' }, { hidden: false })).toMatchObject({ hidden: false });
  });
});

describe('the list', () => {
  test('gets drafts once for each event, and loses them, but nothing that was opened', async () => {
    const event = accept();
    for (let times = 0; times < 2; times++)
      await as('edit-polls', 'add_drafts', JSON.stringify([draft('a'), draft('b')]), event);
    await open({ poll: 'a' });
    for (let times = 0; times < 2; times++) await as('edit-polls', 'remove_draft', 'b');
    expect(await statuses()).toEqual({ a: 'open' });
    await expect(as('edit-polls', 'remove_draft', 'a')).rejects.toMatchObject({ hint: 'NotADraft' });
  });

  test('says what a draft is to nobody but the presenter', async () => {
    await add('a');
    expect(await results('a')).toBeNull();
    expect(await list()).toMatchObject([{ id: 'a', question: 'a?', openedAt: null, closedAt: null, total: 0 }]);
  });
});

describe('starting over', () => {
  test('forgets the votes of this poll only, opens it again, and refuses what was accepted before', async () => {
    await open(draft('a'));
    await vote('a', null);
    const early = (await placesOf('a')).opened;
    await open(draft('b'));
    await vote('b', null);
    const { votesSince } = await results('a');
    const event = accept();
    for (let times = 0; times < 2; times++) await startOver('a', { closesInSeconds: 60 }, event);
    expect(await statuses()).toEqual({ a: 'open', b: 'closed' });
    expect(await results()).toMatchObject({ id: 'a', total: 0, closesAt: expect.any(String) });
    expect(Date.parse((await results('a')).votesSince)).toBeGreaterThan(Date.parse(votesSince));
    expect(await vote('a', early)).toBe('closed');
    expect(await vote('a', null)).toBe('a');
    await startOver('a', { closesInSeconds: 60 }, event);
    expect(await results('a')).toMatchObject({ total: 1 });
    expect(await results('b')).toMatchObject({ total: 1 });
    for (const poll of ['c']) await expect(startOver(poll)).rejects.toMatchObject({ hint: 'UnknownPoll' });
  });
});

test('the order of acceptance goes on after openings and closings, but not after a countdown that is not over', async () => {
  await open(draft('a'), { closesInSeconds: 900 });
  const { opened } = await placesOf('a');
  expect(await database.prepare()).toMatchObject({ highestAcceptedAt: BigInt(opened) });
});

test('changes at the same time are made one after the other: one poll is open, and nothing deadlocks', async () => {
  await add(...'abcdefgh');
  await Promise.all(
    [...'abcdefgh'].map(async (poll) => {
      // As the owner, since roles have few connections.
      const client = await database.connect('postgres');
      await client.query('select open_poll($1, $2, null)', [{ poll }, {}]);
      for (let votes = 0; votes < 10; votes++)
        await client.query(`select record_votes(array[gen_random_uuid()], '{yes}', '{null}')`);
      await client.query('select close_poll($1, null, null)', [poll]);
      await client.end();
    }),
  );
  expect(Object.values(await statuses())).toEqual(Array(8).fill('closed'));
  const { rows } = await owner.query(
    'select (select count(*)::int from votes) = (select sum(votes)::int from tally) as agree',
  );
  expect(rows).toEqual([{ agree: true }]);
});
