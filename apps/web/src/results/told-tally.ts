import type { Tally } from './tally.ts';

/** A tally for tests, with an option for each number; null is a number that is hidden. */
export function tallyOf(votes: (number | null)[], poll: Partial<Tally['poll']> = {}): Tally {
  const hidden = votes.includes(null);
  return {
    poll: { id: 'which', status: 'open', closesAt: null, hidden, votesSince: '2026-01-01T00:00:00.000Z', ...poll },
    question: 'Which?',
    options: votes.map((count, index) => ({ id: `${index}`, label: 'ABCDEFGH'[index] ?? '', votes: count })),
    total: hidden ? 3 : votes.reduce<number>((sum, each) => sum + (each ?? 0), 0),
    updatedAt: '2026-01-01T00:00:00.000Z',
    serverTime: '2026-01-01T00:00:10.000Z',
  };
}
