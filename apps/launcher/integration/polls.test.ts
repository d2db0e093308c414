import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { ownerSession } from './sql.ts';
import { baseUrl, crash, healthy, invoke, invokeInTime, send, visit } from './stack.ts';

interface Results {
  poll: { id: string; status: string };
  total: number;
}

const options = ['Yes', 'No'];
const question = () => `Question ${randomUUID()}?`;
const open = async (more: object = {}) => {
  const answer = await invokeInTime('open-poll', { question: question(), options, ...more });
  return (answer.json() as { poll: { id: string; closesAt: string | null } }).poll;
};
const results = async (poll?: string) => (await invokeInTime('fetch-results', { poll })).json() as Results;
const errorOf = ({ json }: { json: () => unknown }) => (json() as { errorType?: string }).errorType;
const voteFor = (poll: string) => invokeInTime('record-vote', { voterId: randomUUID(), choice: 'yes', poll });
const statusOf = async (poll: string) => (await results(poll)).poll.status;

// Other tests vote for the poll of the settings.
afterAll(() => invokeInTime('edit-polls', { startOver: 'cats-or-dogs' }));

/** What close-poll has kept. */
async function kept(poll: string): Promise<Results | null> {
  const { client, end } = await ownerSession();
  const { rows } = await client.query('select result from polls where id = $1', [poll]);
  await end();
  return rows[0].result;
}

test('a poll is opened, voted for and closed; its result is answered and kept, and a later vote is refused', async () => {
  const { id } = await open();
  expect((await voteFor(id)).json()).toMatchObject({ poll: id });
  const closed = (await invokeInTime('close-poll')).json() as Results;
  expect(closed).toMatchObject({ poll: { id, status: 'closed' }, total: 1 });
  expect(await kept(id)).toMatchObject({ poll: { id }, total: 1 });
  expect(errorOf(await voteFor(id))).toBe('PollClosed');
  expect(await results(id)).toMatchObject({ total: 1, options: [{ id: 'yes', votes: 1 }, { votes: 0 }] });
});

test('of votes around a closing, those that are answered count, the others are refused as too late, and nothing else happens', async () => {
  const { id } = await open();
  const outcomes: string[] = [];
  const castVote = async () => {
    const outcome = errorOf(await voteFor(id)) ?? 'recorded';
    outcomes.push(outcome);
    return outcome;
  };
  let isClosed = false;
  const crowd = Array.from({ length: 24 }, async () => {
    while (!isClosed) await castVote();
  });
  await expect.poll(() => outcomes.length).toBeGreaterThan(60);
  await invokeInTime('close-poll', { poll: id });
  isClosed = true;
  expect(await castVote()).toBe('PollClosed');
  await Promise.all(crowd);
  expect(new Set(outcomes)).toEqual(new Set(['recorded', 'PollClosed']));
  expect(await results(id)).toMatchObject({ total: outcomes.filter((outcome) => outcome === 'recorded').length });
});

describe('a countdown', () => {
  test('closes the poll at its end, by an event that close-poll gets then', async () => {
    const { id, closesAt } = await open({ closesInSeconds: 3 });
    expect((await voteFor(id)).json()).toMatchObject({ poll: id });
    await expect.poll(() => kept(id)).toMatchObject({ poll: { id, status: 'closed', closesAt }, total: 1 });
    expect(errorOf(await voteFor(id))).toBe('PollClosed');
  });

  test('ends though the launcher is killed meanwhile, and the result is kept after that', async () => {
    const { id } = await open({ closesInSeconds: 4 });
    await crash('launcher');
    await healthy();
    await expect.poll(() => statusOf(id)).toBe('closed');
    expect(errorOf(await voteFor(id))).toBe('PollClosed');
    await expect.poll(() => kept(id)).toMatchObject({ poll: { id, status: 'closed' } });
  });

  test('does not end a poll that was started over meanwhile', async () => {
    const { id } = await open({ closesInSeconds: 2 });
    await voteFor(id);
    await invokeInTime('edit-polls', { startOver: id });
    await pause(3_000);
    expect(await results(id)).toMatchObject({ poll: { status: 'open', closesAt: null }, total: 0 });
  });
});

test('hidden numbers are nowhere to be read until they are revealed: stream, pages, exports', async () => {
  const { id } = await open({ hidden: true });
  await voteFor(id);
  await invokeInTime('close-poll', { poll: id });
  const hidden = { total: 1, options: [{ votes: null }, { votes: null }] };
  expect(await results(id)).toMatchObject(hidden);
  const json = await visit(`/results.json?poll=${id}`);
  expect(JSON.parse(json.text)).toMatchObject(hidden);
  expect((await visit(`/results.csv?poll=${id}`)).text).toBe('total\r\n1\r\n');
  const stream = await fetch(`${baseUrl}/streams/results`);
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  while (!text.includes(id)) text += Buffer.from((await reader.read()).value ?? []).toString();
  await reader.cancel();
  expect(text).toMatch(/"label":"Yes","votes":null|"votes":null,"label":"Yes"/);
  expect((await send(baseUrl, '/results.json?poll=nobody')).status).toBe(404);

  await invokeInTime('edit-polls', { reveal: id });
  expect(await results(id)).toMatchObject({ total: 1, options: [{ votes: 1 }, { votes: 0 }] });
  expect((await visit(`/results.csv?poll=${id}`)).text).toContain('yes,Yes,1,100');
});

test('the list has drafts, what was opened, and the numbers of those that are not hidden', async () => {
  const [draft, another] = [question(), question()];
  const added = await invokeInTime('edit-polls', {
    add: [draft, another].map((each) => ({ question: each, options })),
  });
  const { polls } = added.json() as { polls: { id: string; question: string; status: string }[] };
  const ids = [draft, another].map((each) => polls.find((poll) => poll.question === each)?.id ?? '');
  await invokeInTime('edit-polls', { remove: ids[1] });
  await invokeInTime('open-poll', { poll: ids[0] });
  expect(errorOf(await invokeInTime('open-poll', { poll: ids[0] }))).toBe('NotADraft');
  const listed = ((await invokeInTime('list-polls')).json() as { polls: { id: string; status: string }[] }).polls;
  expect(listed.at(-1)).toMatchObject({ id: ids[0], status: 'open', total: 0 });
  expect(listed.filter(({ status }) => status === 'open')).toHaveLength(1);
  expect((await invoke('fetch-results')).json()).toMatchObject({ question: draft });
});
