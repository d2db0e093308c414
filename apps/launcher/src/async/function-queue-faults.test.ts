import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import type { AttemptError, EventQueue, TakenEvent } from '@serverless-vote/database/event-queue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Invoker } from '../invoke/invoker.ts';
import { readCatalog } from '../model/catalog.ts';
import { EventBus } from '../model/event-bus.ts';
import { functionError } from '../model/invocation.ts';
import { FunctionQueue } from './function-queue.ts';
import type { QueueSession } from './queue-session.ts';

const entry = readCatalog(`${import.meta.dirname}/../../../../functions/catalog.json`).functions['record-vote'];

const event = {
  name: 'record-vote',
  payload: Buffer.from('{}'),
  requestId: 'r',
  acceptedAt: 1n,
  trace: { traceId: 't' },
  attempt: 3,
  pushedAt: new Date(),
  job: { id: 'j', retryCount: 2 },
} as unknown as TakenEvent;

let stopping: AbortController;
beforeEach(() => {
  stopping = new AbortController();
});
afterEach(() => stopping.abort());

/** A line whose only event fails, and a queue with this fault. */
function lineWith(fault: Partial<EventQueue>) {
  const waiting = [event];
  const queue = { take: async () => waiting.splice(0), recover: async () => undefined, ...fault } as EventQueue;
  const bus = new EventBus();
  const told: PublishedEvent[] = [];
  bus.subscribe((each) => told.push(each));
  const line = new FunctionQueue('record-vote', entry as NonNullable<typeof entry>, {
    session: { use: (work: (open: EventQueue) => unknown) => work(queue) } as unknown as QueueSession,
    invoker: { run: async () => ({ outcome: functionError('Broken', '\ud83d') }) } as unknown as Invoker,
    bus,
    stopping: stopping.signal,
  });
  line.unfinished = 1;
  return { line, told, waiting };
}

const until = (condition: () => boolean) => expect.poll(condition, { timeout: 30_000, interval: 5 }).toBe(true);
const refusal = Object.assign(new Error('unsupported Unicode escape sequence'), { code: '22P05' });

test('an error that the database refuses is replaced by one that it takes, and its event ends as a dead letter', async () => {
  const written: AttemptError[] = [];
  const { line, told } = lineWith({
    async failed(_event, error) {
      written.push(error);
      if (error.errorType === 'Broken') throw refusal;
    },
  });
  await line.look();
  await until(() => told.some(({ type }) => type === 'async.dead'));
  expect(written.map(({ errorType }) => errorType)).toEqual(['Broken', 'Launcher.ErrorNotKept']);
  expect(line).toMatchObject({ running: 0, dead: 1, unfinished: 0 });
});

test('an event of which the database can be told nothing does not keep its place', async () => {
  const failed = vi.fn(async () => {
    throw refusal;
  });
  const { line } = lineWith({ failed });
  await line.look();
  await until(() => line.running === 0);
  expect(failed).toHaveBeenCalledTimes(2);
});

test('events that were taken in a call whose answer got lost go back into the queue', async () => {
  const recovered: string[][] = [];
  let lost = true;
  const { line, waiting } = lineWith({
    async take() {
      if (!lost) return waiting.splice(0);
      lost = false;
      throw new Error('Connection terminated unexpectedly');
    },
    recover: async (_name, inHand) => void recovered.push([...inHand]),
    failed: async () => undefined,
  });
  await line.look();
  await until(() => line.dead === 1);
  expect(recovered).toEqual([[]]);
});
