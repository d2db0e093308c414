import { vi } from 'vitest';
import { test } from '../../test/pool.ts';
import { killAtWork } from './kill-at-work.ts';

test('kills the container that gets the next event, before it can answer; another one answers the event', async ({
  expect,
  testPool,
}) => {
  const { pool, bus, submit, seen } = testPool();
  const killing = killAtWork([pool], bus, 'a-function');
  const { containerId: answeredBy, outcome } = await submit().answer;
  const { containerId, events } = await killing;
  expect(events).toBe(1);
  expect(outcome.kind).toBe('result');
  expect(answeredBy).not.toBe(containerId);
  expect(seen('invocation.retried')).toMatchObject([{ containerId }]);
});

test('kills a container that is at work already', async ({ expect, testPool }) => {
  const { pool, bus, hold, seen } = testPool();
  const { invocation, release } = hold();
  await expect.poll(() => pool.fleet.count('serving')).toBe(1);
  const { containerId } = await killAtWork([pool], bus, 'a-function');
  release();
  await invocation.answer;
  expect(seen('invocation.retried')).toMatchObject([{ containerId }]);
});

test('hits no event twice', async ({ expect, testPool }) => {
  const { pool, bus, hold, seen } = testPool();
  const { invocation, release } = hold();
  await expect.poll(() => pool.fleet.count('serving')).toBe(1);
  const kill = () => killAtWork([pool], bus, 'a-function');
  await kill();
  await expect.poll(() => seen('invocation.running').length).toBe(2);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const second = expect(kill()).rejects.toMatchObject({ type: 'ResourceConflictException' });
  await vi.advanceTimersByTimeAsync(20_001);
  await second;
  vi.useRealTimers();
  release();
  expect((await invocation.answer).outcome.kind).toBe('result');
});
