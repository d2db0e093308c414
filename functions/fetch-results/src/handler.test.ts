import { expect, test } from 'vitest';
import { fetchResults } from './handler.ts';
import type { TallyRow } from './tally.ts';

const rows: TallyRow[] = [
  { question: 'Q?', id: 'cats', label: 'Cats', votes: 2, updated_at: new Date('2026-01-01T00:00:02Z') },
  { question: 'Q?', id: 'dogs', label: 'Dogs', votes: 3, updated_at: new Date('2026-01-01T00:00:01Z') },
];

const fetchFrom = (tally: TallyRow[], event: unknown = {}) =>
  fetchResults(event, undefined, { read: async () => tally });

test('results are the options in their order, their sum, and the time of the last change', async () => {
  expect(await fetchFrom(rows)).toEqual({
    question: 'Q?',
    options: [
      { id: 'cats', label: 'Cats', votes: 2 },
      { id: 'dogs', label: 'Dogs', votes: 3 },
    ],
    total: 5,
    updatedAt: '2026-01-01T00:00:02.000Z',
  });
});

test.each([null, [], 'all', 7])('an event that is no object is refused: %j', async (event) => {
  await expect(fetchFrom(rows, event)).rejects.toMatchObject({ name: 'InvalidEvent' });
});

test('a database without a poll is an error, not an empty result', async () => {
  await expect(fetchFrom([])).rejects.toThrow('no poll yet');
});
