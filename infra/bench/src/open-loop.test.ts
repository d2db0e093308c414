import { expect, test } from 'vitest';
import { arrivals, openLoop } from './open-loop.ts';
import { numbers } from './statistics.ts';

const { signal } = new AbortController();

test('as many arrive as the rate says, at irregular moments, and the same in every run', () => {
  const times = arrivals(50, 10_000, numbers(1));
  expect(times.length).toBeGreaterThan(430);
  expect(times.length).toBeLessThan(570);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(new Set(times.map((at, index) => Math.round(at - (times[index - 1] ?? 0)))).size).toBeGreaterThan(20);
  expect(arrivals(50, 10_000, numbers(1))).toEqual(times);
});

test('does not wait for an answer before it sends the next', async () => {
  let atOnce = 0;
  const allAreThere = Promise.withResolvers<void>();
  const send = async () => {
    atOnce += 1;
    if (atOnce === 3) allAreThere.resolve();
    await allAreThere.promise;
    return 'answer';
  };
  const sent = await openLoop([0, 1, 2], send, signal);
  expect(sent.map(({ answer }) => answer)).toEqual(['answer', 'answer', 'answer']);
});

test('counts latency from when it was due', async () => {
  const [late] = await openLoop([-1_000], async () => 'at once', signal);
  expect(late?.latencyMs).toBeGreaterThanOrEqual(1_000);
});

test('a request that fails while others are still due fails the loop, at its end, and nothing else', async () => {
  let sent = 0;
  const send = async () => {
    sent += 1;
    if (sent === 1) throw new Error('socket hang up');
  };
  await expect(openLoop([0, 20, 40], send, new AbortController().signal)).rejects.toThrow('socket hang up');
  expect(sent).toBe(3);
});
