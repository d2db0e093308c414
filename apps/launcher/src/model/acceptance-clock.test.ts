import { expect, test } from 'vitest';
import { AcceptanceClock } from './acceptance-clock.ts';

test('is the time in microseconds', () => {
  expect(new AcceptanceClock(() => 1_700_000_000_000).next()).toBe(1_700_000_000_000_000n);
});

test('goes on within one millisecond', () => {
  const clock = new AcceptanceClock(() => 5);
  expect([clock.next(), clock.next(), clock.next()]).toEqual([5000n, 5001n, 5002n]);
});

test('never goes back when the machine’s clock does', () => {
  let nowMs = 1_000_000;
  const clock = new AcceptanceClock(() => nowMs);
  const before = clock.next();
  nowMs -= 3_600_000;
  expect(clock.next()).toBe(before + 1n);
});

test('goes on after the highest value that is recorded', () => {
  const clock = new AcceptanceClock(() => 1);
  clock.resume(9_000_000n);
  expect(clock.next()).toBe(9_000_001n);
});

test('does not go on after a value that is later than tomorrow, which no clock has given', () => {
  const clock = new AcceptanceClock(() => 1);
  clock.resume(2n ** 63n - 1n);
  expect(clock.next()).toBe(86_400_001_001n);
});
