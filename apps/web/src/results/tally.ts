import type { OptionResult, Results } from '@serverless-vote/fetch-results/contract';

/** The current state of the poll: the result of `fetch-results`, and the stream's message. */
export type Tally = Results;

/** A tally whose numbers aren't hidden. */
export type PublicTally = Omit<Tally, 'options'> & { options: (OptionResult & { votes: number })[] };

export const isCounted = (tally: Tally): tally is PublicTally => tally.options.every(({ votes }) => votes !== null);

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

/** The leading options. */
export type Standing =
  | { kind: 'empty'; leaders: string[] }
  | { kind: 'lead'; leaders: string[]; by: number }
  | { kind: 'tie'; leaders: string[]; votes: number };

export function standingOf({ options, total }: PublicTally): Standing {
  if (total === 0) return { kind: 'empty', leaders: [] };
  const [first = 0, second = 0] = options.map(({ votes }) => votes).sort((a, b) => b - a);
  const leaders = options.filter(({ votes }) => votes === first).map(({ label }) => label);
  return leaders.length === 1 ? { kind: 'lead', leaders, by: first - second } : { kind: 'tie', leaders, votes: first };
}

/** What the results page shows for one option. */
export type Numbers = { votes: number; percent: number; share: number; leads: boolean };

/** The options' numbers, in their order. `share` goes from 0 to 1, and is what `percent` was rounded from. */
export function numbersOf(tally: PublicTally): Numbers[] {
  const rounded = percentages(tally.options.map(({ votes }) => votes));
  const { leaders } = standingOf(tally);
  return tally.options.map(({ label, votes }, index) => ({
    votes,
    percent: rounded[index] ?? 0,
    share: votes / (tally.total || 1),
    leads: leaders.includes(label),
  }));
}

/** The current results in a sentence. */
export function wordsFor(standing: Standing): string {
  switch (standing.kind) {
    case 'empty':
      return 'No votes yet';
    case 'lead':
      return `${namesOf(standing.leaders)} ahead by ${count(standing.by)}`;
    case 'tie':
      return `${namesOf(standing.leaders)} are tied at ${count(standing.votes)}`;
  }
}

/** The leaders' names as far as they can be read at a glance, or how many there are. */
export function namesOf(labels: readonly string[]): string {
  const [only = ''] = labels;
  if (labels.length === 1) return only.length <= NAMED ? only : `${only.slice(0, NAMED).trimEnd()}…`;
  const names = list.format(labels);
  return names.length <= NAMED ? names : `${labels.length} answers`;
}

/** How many letters of names can be read at a glance. */
const NAMED = 24;
const list = new Intl.ListFormat('en');
const number = new Intl.NumberFormat('en');

/** A number of votes in words: "1 vote", "1,204 votes". */
export const count = (votes: number): string => `${number.format(votes)} ${votes === 1 ? 'vote' : 'votes'}`;
