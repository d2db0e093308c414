import { expect, test, vi } from 'vitest';
import { testPool } from '../../test/pool.ts';
import { KillAtWork } from './kill-at-work.ts';

test('kills the container that the next event is handed to, before it can answer; the event is answered by another', async () => {
  const { pool, bus, submit, seen } = testPool();
  const killing = new KillAtWork([pool], bus).next('a-function');
  const { containerId: answeredBy, outcome } = await submit().answer;
  const { containerId, events } = await killing;
  expect(events).toBe(1);
  expect(outcome.kind).toBe('result');
  expect(answeredBy).not.toBe(containerId);
  expect(seen('invocation.retried')).toMatchObject([{ containerId }]);
});

test('kills a container that is at work already', async () => {
  const { pool, bus, hold, seen } = testPool();
  const { invocation, release } = hold();
  await expect.poll(() => pool.fleet.count('serving')).toBe(1);
  const { containerId } = await new KillAtWork([pool], bus).next('a-function');
  release();
  await invocation.answer;
  expect(seen('invocation.retried')).toMatchObject([{ containerId }]);
});

test('hits no event twice', async () => {
  const { pool, bus, hold, seen } = testPool();
  const { invocation, release } = hold();
  await expect.poll(() => pool.fleet.count('serving')).toBe(1);
  const kill = new KillAtWork([pool], bus);
  await kill.next('a-function');
  await expect.poll(() => seen('invocation.running').length).toBe(2);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const second = expect(kill.next('a-function')).rejects.toMatchObject({ type: 'ResourceConflictException' });
  await vi.advanceTimersByTimeAsync(5_001);
  await second;
  vi.useRealTimers();
  release();
  expect((await invocation.answer).outcome.kind).toBe('result');
});
