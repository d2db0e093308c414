import type { PollList } from '@serverless-vote/list-polls/contract';
import { expect, test, vi } from 'vitest';
import { editPolls, type Polls } from './handler.ts';

const closesAt = new Date(Date.now() + 10_000).toISOString();
const list = { polls: [{ id: 'now', closesAt }], serverTime: '' } as PollList;

function setUp() {
  const polls = {
    add: vi.fn<Polls['add']>(async () => list),
    remove: vi.fn<Polls['remove']>(async () => list),
    hide: vi.fn<Polls['hide']>(async () => list),
    startOver: vi.fn<Polls['startOver']>(async () => list),
  };
  const invokeLater = vi.fn(async () => 'id');
  return { polls, invokeLater, call: (event: unknown) => editPolls(event, { acceptedAt: 7n, invokeLater }, polls) };
}

test('drafts are added with the ids that they should have', async () => {
  const { call, polls } = setUp();
  expect(await call({ add: [{ question: 'Now?', options: ['Yes', 'No'] }] })).toBe(list);
  const [drafts, acceptedAt] = polls.add.mock.calls[0] ?? [];
  expect(drafts).toMatchObject([{ id: 'now', question: 'Now?', options: [{ id: 'yes' }, { id: 'no' }] }]);
  expect(acceptedAt).toBe(7n);
});

test('a draft is removed, and numbers are hidden and revealed', async () => {
  const { call, polls } = setUp();
  for (const event of [{ remove: 'now' }, { hide: 'now' }, { reveal: 'now' }]) expect(await call(event)).toBe(list);
  expect(polls.remove).toHaveBeenCalledWith('now');
  expect(polls.hide.mock.calls).toEqual([
    ['now', true],
    ['now', false],
  ]);
});

test('a poll that is started over has its countdown ended, like one that is opened', async () => {
  const { call, polls, invokeLater } = setUp();
  expect(await call({ startOver: 'now', closesInSeconds: 10, hidden: false })).toBe(list);
  expect(polls.startOver).toHaveBeenCalledWith('now', { closesInSeconds: 10, hidden: false }, 7n);
  expect(invokeLater).toHaveBeenCalledWith(
    'close-poll',
    { poll: 'now', closesAt },
    { delaySeconds: expect.any(Number) },
  );
});

test.each([
  [{}, 'exactly one of'],
  [{ remove: 'a', reveal: 'b' }, 'exactly one of'],
  [{ remove: 7 }, "remove is 7, not a poll's id"],
  [{ add: [] }, 'a list of 1 to 100 questions'],
  [{ add: Array(101).fill({ question: '?', options: ['a', 'b'] }) }, 'a list of 1 to 100 questions'],
  [{ add: [null] }, 'An event is an object'],
  [{ add: [{ question: 'Now?', options: ['Yes'] }] }, '1 given, 2 to 8 needed'],
  [{ startOver: 'now', closesInSeconds: -1 }, 'from 1 to 900'],
])('says what is wrong with an event: %j', async (event, message) => {
  const { call } = setUp();
  await expect(call(event)).rejects.toMatchObject({ name: 'InvalidEvent', message: expect.stringContaining(message) });
});
