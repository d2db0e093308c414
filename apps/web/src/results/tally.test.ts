import { describe, expect, it } from 'vitest';
import { isCounted, percentages, standingOf, wordsFor } from './tally.ts';
import { tallyOf } from './told-tally.ts';

const said = (...votes: number[]) => {
  const tally = tallyOf(votes);
  return isCounted(tally) && wordsFor(standingOf(tally));
};

describe('percentages', () => {
  it('add up to 100, whatever the votes', () => {
    for (let round = 0; round < 500; round++) {
      const votes = Array.from({ length: 2 + (round % 7) }, () => Math.floor(Math.random() * 1000));
      const sum = percentages(votes).reduce((total, each) => total + each, 0);
      expect(sum, String(votes)).toBe(votes.some(Boolean) ? 100 : 0);
    }
  });
  it('round up where most was cut off', () => {
    expect(percentages([1, 1, 1])).toEqual([34, 33, 33]);
    expect(percentages([199, 1])).toEqual([100, 0]);
    expect(percentages([2, 1])).toEqual([67, 33]);
  });
  it('are all 0 without votes', () => {
    expect(percentages([0, 0])).toEqual([0, 0]);
  });
});

describe('the standing', () => {
  it('says which option leads, and by how much', () => {
    expect(said(3, 2, 0)).toBe('A ahead by 1 vote');
    expect(said(0, 1200)).toBe('B ahead by 1,200 votes');
  });
  it('shortens a name that is too long to be read at a glance, whose row has all of it', () => {
    const tally = tallyOf([3, 0]);
    const [first = { id: '', votes: 0 }, ...others] = tally.options;
    const options = [{ ...first, label: 'Donaudampfschifffahrtsgesellschaftskapitän' }, ...others];
    const long = { ...tally, options };
    expect(isCounted(long) && wordsFor(standingOf(long))).toBe('Donaudampfschifffahrtsge… ahead by 3 votes');
  });
  it('says who is tied', () => {
    expect(said(2, 2, 1)).toBe('A and B are tied at 2 votes');
    expect(said(1, 1, 1)).toBe('A, B, and C are tied at 1 vote');
    expect(said(...new Array(8).fill(9))).toBe('8 answers are tied at 9 votes');
  });
  it('says so when nobody has voted', () => {
    expect(said(0, 0)).toBe('No votes yet');
  });
});
