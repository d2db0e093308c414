import { describe, expect, test } from 'vitest';
import type { Measured } from '../bench.ts';
import { at, fact } from './names.ts';
import { full } from './plan.ts';
import { aheadBy, comparisons, markdown, sooner } from './table.ts';

const measured: Measured = { series: {}, facts: {}, details: {}, otherLoad: {} };

describe('who is ahead', () => {
  test.each([
    ['the lower number', [1, 2], 'less', 'classic'],
    ['the higher number', [1, 2], 'more', 'serverless-vote'],
    ['nobody', [3, 3], 'less', 'even'],
    ['who comes back at all', [-1, 900], 'sooner', 'serverless-vote'],
    ['who comes back first', [100, 900], 'sooner', 'classic'],
    ['unknown without both numbers', [Number.NaN, 1], 'less', ''],
  ] as const)('%s', (_, pair, order, ahead) => {
    expect(aheadBy(pair, order)).toBe(ahead);
  });

  test('in times, only if their ratio is clear', () => {
    expect(sooner([1, 2, 1, 2], [8, 9, 8, 9])).toBe('classic');
    expect(sooner([8, 9, 8, 9], [1, 2, 1, 2])).toBe('serverless-vote');
    expect(sooner([1, 9, 2, 8], [2, 8, 1, 9])).toBe('even');
    expect(sooner([], [1])).toBe('');
  });
});

test('what was not measured costs its own row only', () => {
  const rows = comparisons(
    {
      ...measured,
      series: {
        [at(1, 'classic')]: { samples: [2, 2], discarded: 0 },
        [at(1, 'serverless-vote')]: { samples: [9, 9], discarded: 0 },
      },
      facts: {
        [fact('store killed: lost', 'classic')]: 990,
        [fact('store killed: acknowledged', 'classic')]: 1000,
        [fact('store killed: lost', 'serverless-vote')]: 0,
        [fact('store killed: acknowledged', 'serverless-vote')]: 1000,
      },
    },
    full,
  );
  expect(rows[0]).toMatchObject({ classic: '2.0 ms (p95 2.0 ms)', ours: '9.0 ms (p95 9.0 ms)', ahead: 'classic' });
  expect(rows.find(({ row }) => row.includes('SIGKILL'))).toMatchObject({
    classic: '990 of 1,000 lost',
    ours: '0 of 1,000 lost',
    ahead: 'serverless-vote',
  });
  expect(
    rows.filter(({ classic, ours, ahead }) => classic === 'not measured' && classic === ours && ahead === ''),
  ).toHaveLength(rows.length - 2);
});

test('every row of a document has as many columns', () => {
  const lines = markdown(comparisons(measured, full)).split('\n');
  expect(new Set(lines.map((line) => line.split('|').length))).toEqual(new Set([6]));
});
