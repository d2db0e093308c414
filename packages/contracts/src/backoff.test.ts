import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('the pause doubles with every failure and ends at half a minute', () => {
  expect([1, 2, 3, 4, 10, 1000].map((failures) => backoffMs(failures, 1))).toEqual([
    250, 500, 1000, 2000, 30_000, 30_000,
  ]);
});

test('the pause varies by half, so that those who failed together do not come back together', () => {
  expect([backoffMs(3, 0), backoffMs(3, 1)]).toEqual([500, 1000]);
});
