import { describe, expect, it } from 'vitest';
import { chaosMarkdown, chaosTable, isGood, rowOf } from './table.ts';
import type { Trial } from './trial.ts';

const good: Trial = { acknowledged: 200, lost: 0, double: 0, left: 0, stuck: 0, sent: 210, nextGoodAnswerMs: 400 };

describe('a row', () => {
  it('adds up its trials, and takes the median and the longest of their times', () => {
    const row = rowOf('web killed', [good, { ...good, nextGoodAnswerMs: 1400 }, { ...good, nextGoodAnswerMs: 500 }]);
    expect(row).toMatchObject({ trials: 3, acknowledged: 600, medianMs: 500, longestMs: 1400 });
  });

  it.each([
    ['lost', { lost: 1 }],
    ['counted double', { double: 1 }],
    ['left', { left: 1 }],
    ['stuck', { stuck: 1 }],
    ['not answered as it should', { problem: 'Answered 500' }],
    ['never acknowledged', { acknowledged: 0 }],
  ])('is bad when something was %s', (_what, fault) => {
    expect(isGood(rowOf('x', [good]))).toBe(true);
    expect(isGood(rowOf('x', [{ ...good, ...fault }]))).toBe(false);
  });

  it('without a trial is bad', () => {
    expect(isGood(rowOf('x', []))).toBe(false);
  });
});

it('a table says what did not go as it should, and that no answer came', () => {
  const table = chaosTable([rowOf('x', [{ ...good, nextGoodAnswerMs: Number.NaN, problem: 'Not within 60 s' }])]);
  expect(table).toMatch(/none \(none\)/);
  expect(table).toContain('✗ x: Not within 60 s');
});

it('a table for a document has as many columns in each row', () => {
  const columns = chaosMarkdown([rowOf('x', [good]), rowOf('y', [good])])
    .split('\n')
    .map((line) => line.split('|').length);
  expect(new Set(columns)).toEqual(new Set([10]));
});
