import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onceVotingGoesOn } from './once-voting-goes-on.ts';

const answers = (...each: (boolean | Error)[]) =>
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => {
      const isPaused = each.length > 1 ? each.shift() : each[0];
      if (isPaused instanceof Error) throw isPaused;
      return Response.json({ isPaused });
    }),
  );

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('reports once that voting continues, even if a poll got no answer, and stops polling', async () => {
  answers(true, new TypeError('no network'), false);
  const then = vi.fn();
  onceVotingGoesOn(then);
  await vi.advanceTimersByTimeAsync(7_000);
  expect(then).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(then).toHaveBeenCalledOnce();
  expect(fetch).toHaveBeenCalledTimes(3);
});

it('stops polling when it is cancelled', async () => {
  answers(false);
  const then = vi.fn();
  onceVotingGoesOn(then)();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(then).not.toHaveBeenCalled();
  expect(fetch).not.toHaveBeenCalled();
});
