import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import {
  accept,
  add,
  as,
  close,
  database,
  draft,
  later,
  open,
  options,
  owner,
  placesOf,
  results,
  startOver,
  statuses,
  vote,
} from './poll-session.ts';

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

  test('ends although the order of acceptance is ahead of the clock, as after a vote that a hostile function has forged', async () => {
    const ahead = (Date.now() + 3_600_000) * 1_000;
    const { closesAt } = await open(draft('a'), { closesInSeconds: 1 }, ahead);
    expect(await vote('a', ahead + 1)).toBe('a');
    await expect.poll(async () => (await results()).status).toBe('closed');
    await close('a', closesAt);
    expect(await vote('a', ahead + 2)).toBe('closed');
    expect(await results()).toMatchObject({ total: 1 });
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
