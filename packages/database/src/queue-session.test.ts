import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EventQueue } from './event-queue.ts';
import { IDLE_MS, QueueSession } from './queue-session.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp({ mayClose = async () => true } = {}) {
  const close = vi.fn(async () => undefined);
  const open = vi.fn(async () => ({ close }) as unknown as EventQueue);
  const opened = vi.fn(async () => undefined);
  return { session: new QueueSession({ open, opened, mayClose }), open, opened, close };
}

test('the queue is opened once for all who use it, and closed when it is idle', async () => {
  const { session, open, opened, close } = setUp();
  await Promise.all([session.use(async () => 1), session.use(async () => 2)]);
  await session.use(async () => 3);
  expect([open, opened].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(IDLE_MS);
  expect(close).toHaveBeenCalledTimes(1);
  await session.use(async () => 4);
  expect(open).toHaveBeenCalledTimes(2);
});

test('the queue stays open while somebody uses it', async () => {
  const { session, close } = setUp();
  const work = Promise.withResolvers<void>();
  const using = session.use(() => work.promise);
  await vi.advanceTimersByTimeAsync(10 * IDLE_MS);
  expect(close).not.toHaveBeenCalled();
  work.resolve();
  await using;
});

test('the queue stays open while something is left to do, or nobody can say', async () => {
  let answer: () => Promise<boolean> = async () => false;
  const { session, close } = setUp({ mayClose: () => answer() });
  await session.use(async () => undefined);
  await vi.advanceTimersByTimeAsync(3 * IDLE_MS);
  answer = () => Promise.reject(new Error('away'));
  await vi.advanceTimersByTimeAsync(3 * IDLE_MS);
  expect(close).not.toHaveBeenCalled();
  answer = async () => true;
  await vi.advanceTimersByTimeAsync(IDLE_MS);
  expect(close).toHaveBeenCalledTimes(1);
});

test('an opening that fails is tried anew by the next user', async () => {
  const { session, open } = setUp();
  open.mockRejectedValueOnce(new Error('away'));
  await expect(session.use(async () => 1)).rejects.toThrow('away');
  expect(await session.use(async () => 2)).toBe(2);
});
