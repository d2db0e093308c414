import { describe, expect, it } from 'vitest';
import { median, p95, quantile, ratio } from './statistics.ts';

describe('quantile', () => {
  it('is the middle of an odd number of samples, in whatever order they come', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('lies between the middle two of an even number', () => {
    expect(median([1, 2, 4, 100])).toBe(3);
  });

  it('weighs neighbours in proportion', () => {
    expect(p95(Array.from({ length: 101 }, (_, index) => index))).toBe(95);
    expect(quantile([0, 10], 0.25)).toBe(2.5);
  });

  it('is that sample if there is one, and not a number without any', () => {
    expect(p95([7])).toBe(7);
    expect(median([])).toBeNaN();
  });

  it('leaves the samples as they are', () => {
    const samples = [3, 1, 2];
    median(samples);
    expect(samples).toEqual([3, 1, 2]);
  });
});

describe('ratio', () => {
  it('divides the medians, and knows no doubt where samples do not differ', () => {
    expect(ratio([40, 40, 40], [2, 2, 2])).toEqual({ value: 20, low: 20, high: 20 });
  });

  it('doubts more where samples scatter', () => {
    const { value, low, high } = ratio([10, 20, 30, 40, 50], [1, 1, 1]);
    expect(value).toBe(30);
    expect(low).toBeLessThan(30);
    expect(high).toBeGreaterThan(30);
  });

  it('gives the same answer for the same samples', () => {
    expect(ratio([1, 2, 3, 9], [1, 2, 4])).toEqual(ratio([1, 2, 3, 9], [1, 2, 4]));
  });

  it('compares another statistic on demand', () => {
    expect(ratio([1, 1, 100], [1, 1, 50], (samples) => Math.max(...samples)).value).toBe(2);
  });
});
