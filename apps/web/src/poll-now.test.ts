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
  it('is asked for again for a page that knows that it has changed', async () => {
    const ask = vi
      .fn()
      .mockResolvedValueOnce(tallyOf([1, 0]))
      .mockResolvedValueOnce(tallyOf([2, 0]));
    const pollNow = shared(ask);
    await pollNow();
    expect((await pollNow(true))?.total).toBe(2);
  });
  it('is not what was known last for such a page, although the answer takes long', async () => {
    const late = Promise.withResolvers<ReturnType<typeof tallyOf>>();
    const ask = vi
      .fn()
      .mockResolvedValueOnce(tallyOf([1, 0]))
      .mockReturnValueOnce(late.promise);
    const pollNow = shared(ask);
    await pollNow();
    const page = pollNow(true);
    await vi.advanceTimersByTimeAsync(14_000);
    late.resolve(tallyOf([2, 0]));
    expect((await page)?.total).toBe(2);
  });
  it('is asked for once more for all such pages that come while it is asked for', async () => {
    const answers = [1, 2].map(() => Promise.withResolvers<ReturnType<typeof tallyOf>>());
    const ask = vi.fn();
    for (const { promise } of answers) ask.mockReturnValueOnce(promise);
    const pollNow = shared(ask);
    const first = pollNow(true);
    const others = [pollNow(true), pollNow(true)];
    answers[0]?.resolve(tallyOf([1, 0]));
    expect((await first)?.total).toBe(1);
    expect(ask).toHaveBeenCalledTimes(2);
    answers[1]?.resolve(tallyOf([2, 0]));
    expect((await Promise.all(others)).map((tally) => tally?.total)).toEqual([2, 2]);
    expect(ask).toHaveBeenCalledTimes(2);
  });
  it('is unknown after two seconds without an answer, which the next page gets', async () => {
    const late = Promise.withResolvers<ReturnType<typeof tallyOf>>();
    const pollNow = shared(() => late.promise);
    const page = pollNow();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await page).toBeUndefined();
    late.resolve(tallyOf([1, 0]));
    await vi.advanceTimersByTimeAsync(0);
    expect((await pollNow())?.total).toBe(1);
  });
  it('is what was known last when it can’t be told, and the next page asks again', async () => {
    const ask = vi.fn();
    for (const total of [undefined, 1, undefined, 2]) {
      if (total === undefined) ask.mockRejectedValueOnce(new InvocationError('unavailable', 'away'));
      else ask.mockResolvedValueOnce(tallyOf([total, 0]));
    }
    const pollNow = shared(ask);
    const totals = [];
    for (let page = 0; page < 4; page += 1) {
      totals.push((await pollNow())?.total);
      vi.advanceTimersByTime(1_001);
    }
    expect(totals).toEqual([undefined, 1, 1, 2]);
  });
});
