import { expect, test } from 'vitest';
import { UnknownPoll } from './contract.ts';
import { fetchResults } from './handler.ts';
import type { Described } from './polls.ts';

const described: Described = {
  ...{ id: 'pets', status: 'open', closesAt: null, hidden: false, votesSince: '2026-01-01T00:00:00.000Z' },
  question: 'Q?',
  options: [
    { id: 'cats', label: 'Cats', votes: 2 },
    { id: 'dogs', label: 'Dogs', votes: 3 },
  ],
  ...{ total: 5, updatedAt: '2026-01-01T00:00:02.000Z', serverTime: '2026-01-01T00:00:03.000Z' },
};

const fetchFrom = (found: Described | null, event: unknown = {}) =>
  fetchResults(event, undefined, { read: async (poll) => (poll === undefined || poll === found?.id ? found : null) });

test('results are the poll, its options in their order, their sum, and the time of the last change', async () => {
  expect(await fetchFrom({ ...described, openedAt: 'not part of it' } as Described)).toEqual({
    poll: { id: 'pets', status: 'open', closesAt: null, hidden: false, votesSince: '2026-01-01T00:00:00.000Z' },
    question: 'Q?',
    options: described.options,
    total: 5,
    updatedAt: '2026-01-01T00:00:02.000Z',
    serverTime: '2026-01-01T00:00:03.000Z',
  });
});

test('a poll is found by its id, and one that is not there is the fault of the caller', async () => {
  expect(await fetchFrom(described, { poll: 'pets' })).toMatchObject({ poll: { id: 'pets' } });
  await expect(fetchFrom(described, { poll: 'plants' })).rejects.toThrow(UnknownPoll);
});

test.each([null, [], 'all', 7, { poll: 7 }])('an event of another shape is refused: %j', async (event) => {
  await expect(fetchFrom(described, event)).rejects.toMatchObject({ name: 'InvalidEvent' });
});

test('a database without a poll is an error, not an empty result', async () => {
  await expect(fetchFrom(null)).rejects.toThrow('no poll yet');
});
