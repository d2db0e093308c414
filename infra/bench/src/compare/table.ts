import type { Measured } from '../bench.ts';
import { ratio } from '../statistics.ts';
import { alignedRows, markdownRows } from '../table.ts';
import { spread } from '../verdict.ts';
import { at, type Fact, fact, visibleIn } from './names.ts';
import type { ComparePlan } from './plan.ts';

/** A row of the comparison. */
export interface Comparison {
  row: string;
  classic: string;
  ours: string;
  ahead: '' | 'classic' | 'serverless-vote' | 'even';
}

type Pair = readonly [classic: number, ours: number];

const NOT_MEASURED = 'not measured';
const HEAD = ['', 'classic', 'serverless-vote', 'ahead'];

export function comparisons(measured: Measured, plan: ComparePlan): Comparison[] {
  const pair = (what: Fact): Pair => [
    measured.facts[fact(what, 'classic')] ?? Number.NaN,
    measured.facts[fact(what, 'serverless-vote')] ?? Number.NaN,
  ];
  const times = (row: string, name: (application: string) => string): Comparison => {
    const samples = (application: string) => measured.series[name(application)]?.samples ?? [];
    const [classic, ours] = [samples('classic'), samples('serverless-vote')];
    return { row, classic: spread(classic), ours: spread(ours), ahead: sooner(classic, ours) };
  };
  const number = (row: string, what: Fact, words: (value: number) => string, order: Order): Comparison => {
    const [classic, ours] = pair(what);
    const text = (value: number) => (Number.isNaN(value) ? NOT_MEASURED : words(value));
    return { row, classic: text(classic), ours: text(ours), ahead: aheadBy([classic, ours], order) };
  };
  const lost = (row: string, what: 'store killed' | 'killed between'): Comparison => {
    const [losses, votes] = [pair(`${what}: lost`), pair(`${what}: acknowledged`)];
    const text = (of: 0 | 1) =>
      Number.isNaN(losses[of]) ? NOT_MEASURED : `${count(losses[of])} of ${count(votes[of])} lost`;
    const shares: Pair = [losses[0] / votes[0], losses[1] / votes[1]];
    return { row, classic: text(0), ours: text(1), ahead: aheadBy(shares, 'less') };
  };
  return [
    ...plan.rates.map(({ rate }) =>
      times(`acknowledged, at ${rate} vote${rate === 1 ? '' : 's'} a second`, (name) => at(rate, name)),
    ),
    times('visible on an open results page', visibleIn),
    number(
      `${count(plan.voters)} votes at once: accepted`,
      'accepted per second',
      (n) => `${count(n)} votes/s`,
      'more',
    ),
    number('all of them counted after', 'all counted after seconds', (n) => `${n.toFixed(1)} s`, 'less'),
    number('idle: containers', 'containers when idle', count, 'less'),
    number('idle: memory', 'memory when idle', (n) => `${n.toFixed(0)} MiB`, 'less'),
    number('idle: processor', 'processor when idle', (n) => `${n.toFixed(2)} % of a core`, 'less'),
    lost('what stores acknowledged votes is killed (SIGKILL)', 'store killed'),
    lost('killed between taking a vote and writing it', 'killed between'),
    poison(pair('choice=%00: status'), pair('choice=%00: later vote counted')),
    number('database restarted: results back by themselves', 'database restarted: back after ms', back, 'sooner'),
  ];
}

function poison(statuses: Pair, later: Pair): Comparison {
  const text = (of: 0 | 1) =>
    Number.isNaN(later[of])
      ? NOT_MEASURED
      : `answered ${statuses[of]}; later votes ${later[of] === 1 ? 'count' : 'are never counted'}`;
  return { row: '`choice=%00`', classic: text(0), ours: text(1), ahead: aheadBy(later, 'more') };
}

const count = (value: number) => Math.round(value).toLocaleString('en');
const back = (ms: number) => (ms < 0 ? 'no' : `yes, after ${(ms / 1000).toFixed(1)} s`);

/** Which number is ahead; `sooner` is `less` with a negative number for never. */
type Order = 'less' | 'more' | 'sooner';

export function aheadBy([classic, ours]: Pair, order: Order): Comparison['ahead'] {
  if (Number.isNaN(classic) || Number.isNaN(ours)) return '';
  const place = (value: number) => (order === 'more' ? -value : order === 'sooner' && value < 0 ? Infinity : value);
  if (place(classic) === place(ours)) return 'even';
  return place(classic) < place(ours) ? 'classic' : 'serverless-vote';
}

/** Which median is lower; even if the ratio's confidence interval has both answers in it. */
export function sooner(classic: readonly number[], ours: readonly number[]): Comparison['ahead'] {
  if (classic.length === 0 || ours.length === 0) return '';
  const { low, high } = ratio(classic, ours);
  if (low <= 1 && high >= 1) return 'even';
  return high < 1 ? 'classic' : 'serverless-vote';
}

const rowsOf = (comparisons: readonly Comparison[]) => [
  HEAD,
  ...comparisons.map(({ row, classic, ours, ahead }) => [row, classic, ours, ahead]),
];

export const terminal = (comparisons: readonly Comparison[]): string => alignedRows(rowsOf(comparisons));
export const markdown = (comparisons: readonly Comparison[]): string =>
  markdownRows(rowsOf(comparisons).map((row) => row.map((cell) => cell.trim())));
