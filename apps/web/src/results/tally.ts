/** The result of `fetch-results`, as the stream carries it. */
export type Tally = {
  question: string;
  options: readonly { id: string; label: string; votes: number }[];
  total: number;
  updatedAt: string;
};

/** Whole percentages that add up to 100: the largest remainders are rounded up. */
export function percentages(votes: readonly number[]): number[] {
  const total = votes.reduce((sum, each) => sum + each, 0);
  if (total === 0) return votes.map(() => 0);
  const exact = votes.map((each) => (each * 100) / total);
  const rounded = exact.map(Math.floor);
  const missing = 100 - rounded.reduce((sum, each) => sum + each, 0);
  const byRemainder = exact.map((value, index) => ({ index, remainder: value % 1 }));
  byRemainder.sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, missing)) rounded[index] = (rounded[index] ?? 0) + 1;
  return rounded;
}

/** Who is ahead. */
export type Standing =
  | { kind: 'empty' }
  | { kind: 'lead'; leader: string; by: number }
  | { kind: 'tie'; leaders: string[]; votes: number };

export function standingOf({ options, total }: Tally): Standing {
  if (total === 0) return { kind: 'empty' };
  const [first = 0, second = 0] = options.map(({ votes }) => votes).sort((a, b) => b - a);
  const leaders = options.filter(({ votes }) => votes === first).map(({ label }) => label);
  const [leader] = leaders;
  return leader !== undefined && leaders.length === 1
    ? { kind: 'lead', leader, by: first - second }
    : { kind: 'tie', leaders, votes: first };
}

/** The standing in a sentence. */
export function wordsFor(standing: Standing): string {
  switch (standing.kind) {
    case 'empty':
      return 'No votes yet';
    case 'lead':
      return `${standing.leader} leads by ${count(standing.by)}`;
    case 'tie':
      return `${list.format(standing.leaders)} are tied at ${count(standing.votes)}`;
  }
}

const list = new Intl.ListFormat('en');
const number = new Intl.NumberFormat('en');

/** A number of votes in words: "1 vote", "1,204 votes". */
export const count = (votes: number): string => `${number.format(votes)} ${votes === 1 ? 'vote' : 'votes'}`;
