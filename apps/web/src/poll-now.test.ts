import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InvocationError } from './invocation-error.ts';
import { shared } from './poll-now.ts';
import { tallyOf } from './results/told-tally.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the poll for a page', () => {
  it('is asked for once for all pages that are opened within a second', async () => {
    const ask = vi
      .fn()
      .mockResolvedValueOnce(tallyOf([1, 0]))
      .mockResolvedValueOnce(tallyOf([2, 0]));
    const pollNow = shared(ask);
    expect((await Promise.all([pollNow(), pollNow()])).map((tally) => tally?.total)).toEqual([1, 1]);
    vi.advanceTimersByTime(1_000);
    expect((await pollNow())?.total).toBe(1);
    vi.advanceTimersByTime(1);
    expect((await pollNow())?.total).toBe(2);
    expect(ask).toHaveBeenCalledTimes(2);
  });
  it('is unknown after two seconds without an answer', async () => {
    const page = shared(() => new Promise(() => undefined))();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await page).toBeUndefined();
  });
  it('is unknown when it cannot be told, and the next page asks again', async () => {
    const ask = vi
      .fn()
      .mockRejectedValueOnce(new InvocationError('unavailable', 'away'))
      .mockResolvedValueOnce(tallyOf([1, 0]));
    const pollNow = shared(ask);
    expect(await pollNow()).toBeUndefined();
    expect((await pollNow())?.total).toBe(1);
  });
});
