import { expect, test } from 'vitest';
import { RecentValues } from './recent-values.ts';

test('knows nothing before the first value', () => {
  expect(new RecentValues(3)).toMatchObject({ size: 0, sum: 0, median: undefined });
});

test('forgets the oldest when it is full', () => {
  const values = new RecentValues(3);
  for (const value of [100, 9, 10, 8]) values.add(value);
  expect(values).toMatchObject({ size: 3, sum: 27, median: 9 });
});
