import { continueTrace } from '@serverless-vote/contracts/trace-context';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { result, setUp } from '../../test/async-setup.ts';
import { MemoryQueue } from '../../test/memory-queue.ts';
import { functionError } from '../model/invocation.ts';

const lost = () => new Error('Connection terminated unexpectedly');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('an event that is due later', () => {
  /** Every operation on the queue from now on. */
  function operationsOn(queue: MemoryQueue): string[] {
    const operations: string[] = [];
    queue.fault = (operation) => {
      operations.push(operation);
      return undefined;
    };
    return operations;
  }

  test('is committed at once, and runs when it is due; until then the queue is closed and nothing polls', async () => {
    const { queue, events, ran, of } = setUp();
    await events.accept('record-vote', Buffer.from('{}'), { delaySeconds: 900 });
    expect([...queue.jobs.values()]).toMatchObject([{ state: 'waiting' }]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect({ opened: queue.opened, closed: queue.closed }).toEqual({ opened: 1, closed: 1 });
    const operations = operationsOn(queue);
    await vi.advanceTimersByTimeAsync(897_000);
    expect({ operations, ran, timers: vi.getTimerCount() }).toEqual({ operations: [], ran: [], timers: 1 });
    expect(of()).toMatchObject({ unfinished: 1, later: 1 });
    await vi.advanceTimersByTimeAsync(2_000);
    expect({ ran, kept: queue.jobs.size }).toEqual({ ran: ['0'], kept: 0 });
    expect(of()).toMatchObject({ unfinished: 0, later: 0 });
  });

  test('holds up no event that is due earlier, whichever was sent first', async () => {
    const { events, ran } = setUp();
    for (const delaySeconds of [30, 10, 0, 20]) await events.accept('record-vote', Buffer.from('{}'), { delaySeconds });
    await vi.advanceTimersByTimeAsync(100);
    expect(ran).toEqual(['2']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ran).toEqual(['2', '1']);
    await vi.advanceTimersByTimeAsync(20_100);
    expect(ran).toEqual(['2', '1', '3', '0']);
  });

  test('is retried after its pause, although another one is due much later', async () => {
    let runs = 0;
    const { events, accept, types } = setUp({ run: async () => (++runs < 3 ? functionError('Broken', '') : result) });
    await events.accept('record-vote', Buffer.from('{}'), { delaySeconds: 900 });
    await accept();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(types().at(-1)).toBe('async.done');
  });

  test('of a predecessor runs when it is due: the queue is read once, at start', async () => {
    const queue = new MemoryQueue();
    const trace = continueTrace(undefined);
    const event = { name: 'record-vote', payload: Buffer.from('{}'), requestId: 'left', acceptedAt: 1n, trace };
    await queue.push(event, 60);
    const { ran } = setUp({ queue, areLeft: true });
    await vi.advanceTimersByTimeAsync(5_000);
    expect({ opened: queue.opened, closed: queue.closed }).toEqual({ opened: 1, closed: 1 });
    const operations = operationsOn(queue);
    await vi.advanceTimersByTimeAsync(54_000);
    expect({ operations, ran }).toEqual({ operations: [], ran: [] });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(ran).toEqual(['left']);
  });

  test('runs although the database is away when it becomes due, as soon as it is back', async () => {
    const { queue, events, ran } = setUp();
    await events.accept('record-vote', Buffer.from('{}'), { delaySeconds: 30 });
    await vi.advanceTimersByTimeAsync(10_000);
    const backAt = Date.now() + 60_000;
    queue.fault = () => {
      if (Date.now() < backAt) throw lost();
      return undefined;
    };
    await vi.advanceTimersByTimeAsync(59_000);
    expect(ran).toEqual([]);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(ran).toEqual(['0']);
  });
});
