import { describe, expect, test } from 'vitest';
import {
  accept,
  add,
  as,
  close,
  database,
  draft,
  list,
  open,
  owner,
  placesOf,
  results,
  startOver,
  statuses,
  vote,
} from './poll-session.ts';

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
