import type { Results } from '@serverless-vote/fetch-results/contract';
import { expect, test, vi } from 'vitest';
import { closePoll, type Polls } from './handler.ts';

const results = { question: 'Now?', total: 3 } as Results;

function setUp() {
  const close = vi.fn<Polls['close']>(async () => 'now');
  const keep = vi.fn<Polls['keep']>(async () => undefined);
  const invoke = vi.fn(async () => results as unknown);
  return {
    close,
    keep,
    invoke,
    call: (event: unknown) => closePoll(event, { acceptedAt: 7n, invoke }, { close, keep }),
  };
}

test('the poll is closed, and then its result is fetched, kept and returned', async () => {
  const { call, close, keep, invoke } = setUp();
  expect(await call({})).toEqual(results);
  expect(close).toHaveBeenCalledWith({}, 7n);
  expect(invoke).toHaveBeenCalledWith('fetch-results', { poll: 'now' });
  expect(keep).toHaveBeenCalledWith('now', results);
});

test('an event of a countdown waits for its end, and names it', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] });
  const { call, close } = setUp();
  const closesAt = new Date(Date.now() + 900).toISOString();
  const closed = call({ poll: 'now', closesAt });
  await vi.advanceTimersByTimeAsync(899);
  expect(close).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await closed;
  expect(close).toHaveBeenCalledWith({ poll: 'now', closesAt }, 7n);
  vi.useRealTimers();
});

test('without a result nothing is kept, and the event may come again', async () => {
  const { call, keep, invoke } = setUp();
  invoke.mockRejectedValueOnce(new Error('busy'));
  await expect(call({ poll: 'now' })).rejects.toThrow('busy');
  expect(keep).not.toHaveBeenCalled();
  expect(await call({ poll: 'now' })).toEqual(results);
});

test.each([null, { poll: 7 }, { poll: 'now', closesAt: 'soon' }, { closesAt: new Date().toISOString() }])(
  'an event of another shape is refused: %j',
  async (event) => {
    const { call, close } = setUp();
    await expect(call(event)).rejects.toMatchObject({ name: 'InvalidEvent' });
    expect(close).not.toHaveBeenCalled();
  },
);
