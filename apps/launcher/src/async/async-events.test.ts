import { continueTrace } from '@serverless-vote/contracts/trace-context';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { result, setUp } from '../../test/async-setup.ts';
import { MemoryQueue } from '../../test/memory-queue.ts';
import { LauncherError } from '../model/errors.ts';
import { functionError, type Outcome } from '../model/invocation.ts';

const away = () => new LauncherError('ServiceException', 'No container could be started.');
const refusal = () => Object.assign(new Error('unsupported Unicode escape sequence'), { code: '22P05' });
const lost = () => new Error('Connection terminated unexpectedly');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('an event is committed before it is accepted, and kept once', () => {
  test('though the first answer to the commit is lost', async () => {
    const { queue, accept, ran } = setUp();
    let pushes = 0;
    queue.fault = (operation) => (operation === 'push' && ++pushes === 1 ? 'late' : undefined);
    const accepting = accept();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await accepting).toBe('0');
    await vi.advanceTimersByTimeAsync(1_000);
    expect({ pushes, ran }).toEqual({ pushes: 2, ran: ['0'] });
  });

  test('is refused after five seconds without the database, and then counts for nothing', async () => {
    const { queue, accept, of } = setUp();
    queue.fault = () => {
      throw lost();
    };
    const accepting = accept().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await accepting).toMatchObject({ type: 'ServiceException', retryAfterSeconds: 2 });
    expect(of().unfinished).toBe(0);
  });

  test('is refused at once when the database can’t keep it', async () => {
    const { queue, accept } = setUp();
    queue.fault = (operation) => {
      if (operation === 'push') throw refusal();
      return undefined;
    };
    await expect(accept()).rejects.toMatchObject({ type: 'InvalidRequestContentException' });
  });

  test('is refused when it is larger than 1 MB', async () => {
    await expect(setUp().accept(Buffer.alloc(1024 * 1024 + 1))).rejects.toMatchObject({
      type: 'RequestTooLargeException',
    });
  });
});

describe('an event is run until its function has answered with a result, three times at most', () => {
  test('leaves the queue with its result', async () => {
    const { queue, accept, types, of } = setUp();
    await accept();
    await vi.advanceTimersByTimeAsync(10);
    expect(types()).toEqual(['async.accepted', 'async.done']);
    expect({ kept: queue.jobs.size, unfinished: of().unfinished }).toEqual({ kept: 0, unfinished: 0 });
  });

  test('is a dead letter after the third error', async () => {
    const { queue, accept, ran, types, of } = setUp({ run: async () => functionError('Broken', 'as ever') });
    await accept();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ran).toHaveLength(3);
    expect(types().slice(1)).toEqual(['async.failed', 'async.failed', 'async.dead']);
    expect([...queue.jobs.values()]).toMatchObject([{ state: 'dead', error: { errorMessage: 'as ever' } }]);
    expect(of()).toMatchObject({ running: 0, dead: 1, unfinished: 0 });
  });

  test('as many as may run at once are run at once, and the others after them', async () => {
    const running: (() => void)[] = [];
    const run = () => new Promise<Outcome>((resolve) => running.push(() => resolve(result)));
    const { accept, of } = setUp({ run });
    for (let event = 0; event < 40; event++) await accept();
    await vi.advanceTimersByTimeAsync(0);
    expect(of().running).toBe(32);
    for (const finish of running.splice(0)) finish();
    await vi.advanceTimersByTimeAsync(10);
    expect(of().running).toBe(8);
  });

  test('an error that the database refuses is replaced by one that it takes', async () => {
    const { queue, accept, types, told } = setUp({ run: async () => functionError('Broken', '\ud83d') });
    queue.fault = (operation) => {
      const failing = [...queue.jobs.values()].some(({ state }) => state === 'active');
      if (operation === 'failed' && failing && refusals++ % 2 === 0) throw refusal();
      return undefined;
    };
    let refusals = 0;
    await accept();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(types().at(-1)).toBe('async.dead');
    expect([...queue.jobs.values()]).toMatchObject([{ error: { errorType: 'Launcher.ErrorNotKept' } }]);
    expect(told.at(-1)).toMatchObject({ reason: 'Broken' });
  });

  test('an event whose outcome the database always refuses does not block others', async () => {
    const { queue, accept, of } = setUp({ run: async () => functionError('Broken', '') });
    queue.fault = (operation) => {
      if (operation === 'failed') throw refusal();
      return undefined;
    };
    await accept();
    await vi.advanceTimersByTimeAsync(10);
    expect(of().running).toBe(0);
  });
});

describe('what the platform could not run is no attempt', () => {
  test('it is tried again until it runs', async () => {
    let tries = 0;
    const run = async () => {
      if (++tries < 6) throw away();
      return result;
    };
    const { accept, types } = setUp({ run });
    await accept();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries).toBe(6);
    expect(types()).toEqual(['async.accepted', 'async.done']);
  });

  test('it is given up after six hours', async () => {
    const { accept, told } = setUp({ run: () => Promise.reject(away()) });
    await accept();
    await vi.advanceTimersByTimeAsync(6 * 3600_000 + 60_000);
    expect(told.at(-1)).toMatchObject({ type: 'async.dead', reason: 'EventAgeExceeded' });
  });

  test('a result is written as soon as the database is back, and its event is not run again', async () => {
    const { queue, accept, ran, types } = setUp();
    const backAt = Date.now() + 60_000;
    queue.fault = (operation) => {
      if (operation === 'done' && Date.now() < backAt) throw lost();
      return undefined;
    };
    await accept();
    await vi.advanceTimersByTimeAsync(120_000);
    expect({ runs: ran.length, kept: queue.jobs.size, last: types().at(-1) }).toEqual({
      ...{ runs: 1, kept: 0, last: 'async.done' },
    });
  });
});

describe('an event leaves the queue only after its result', () => {
  test('one that was taken in a call whose answer got lost goes back into the queue', async () => {
    const { queue, accept, ran } = setUp();
    let takes = 0;
    queue.fault = (operation) => (operation === 'take' && ++takes === 1 ? 'late' : undefined);
    await accept();
    await vi.advanceTimersByTimeAsync(60_000);
    expect({ ran, kept: queue.jobs.size }).toEqual({ ran: ['0'], kept: 0 });
  });

  test('a launcher that stops writes the results of running events, and starts no others', async () => {
    let finish = () => {};
    const run = () => new Promise<Outcome>((resolve) => (finish = () => resolve(result)));
    const { events, queue, accept } = setUp({ run });
    await accept();
    await vi.advanceTimersByTimeAsync(0);
    const closing = events.close(15_000);
    finish();
    await closing;
    expect({ kept: queue.jobs.size, closed: queue.closed }).toEqual({ kept: 0, closed: 1 });
  });

  test('a launcher that stops leaves unfinished events in the queue, and waits no longer than its grace', async () => {
    const { events, queue, accept } = setUp({ run: () => new Promise(() => undefined) });
    await accept();
    await vi.advanceTimersByTimeAsync(0);
    const closing = events.close(15_000);
    await vi.advanceTimersByTimeAsync(15_000);
    await closing;
    expect([...queue.jobs.values()]).toMatchObject([{ state: 'active' }]);
  });

  test('events that a predecessor left are run as soon as the database is available', async () => {
    const queue = new MemoryQueue();
    const trace = continueTrace(undefined);
    await queue.push({ name: 'record-vote', payload: Buffer.from('{}'), requestId: 'left', acceptedAt: 1n, trace }, 0);
    await queue.take('record-vote', 1);
    let tries = 0;
    queue.fault = (operation) => {
      if (operation === 'open' && ++tries < 3) throw lost();
      return undefined;
    };
    const { ran } = setUp({ queue, areLeft: true });
    await vi.advanceTimersByTimeAsync(30_000);
    expect({ ran, kept: queue.jobs.size }).toEqual({ ran: ['left'], kept: 0 });
  });
});

describe('at most 10,000 events and 256 MB are kept, dead letters included', () => {
  const refused = { type: 'TooManyRequestsException', retryAfterSeconds: 5 };

  test('ten thousand events of a function, and more when there is room again', () => {
    const full = setUp().of();
    for (let event = 0; event < 10_000; event += 1) full.reserve(100);
    expect(() => full.reserve(100)).toThrow(expect.objectContaining(refused));
    full.giveBack(100);
    full.reserve(100);
  });

  test('256 MB of events of a function', () => {
    const full = setUp().of();
    for (let event = 0; event < 256; event += 1) full.reserve(1024 * 1024);
    expect(() => full.reserve(1)).toThrow(expect.objectContaining(refused));
  });

  test('dead letters count until they are resent or deleted', () => {
    const full = setUp().of();
    full.recount([{ name: 'record-vote', dead: true, events: 10_000, bytes: 10_000 }]);
    expect(() => full.reserve(1)).toThrow(/10000 of them dead letters/);
  });
});

describe('a dead letter is kept until it is resent or deleted', () => {
  async function withDeadLetter() {
    let broken = true;
    const parts = setUp({ run: async () => (broken ? functionError('Broken', '') : result) });
    await parts.accept();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(parts.of().dead).toBe(1);
    broken = false;
    return parts;
  }

  test('sent again it is run', async () => {
    const { events, queue, of } = await withDeadLetter();
    expect(await events.resend({})).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect({ kept: queue.jobs.size, dead: of().dead }).toEqual({ kept: 0, dead: 0 });
  });

  test('dropped it is gone', async () => {
    const { events, queue, of } = await withDeadLetter();
    expect(await events.drop({})).toBe(1);
    expect({ kept: queue.jobs.size, dead: of().dead }).toEqual({ kept: 0, dead: 0 });
  });
});
