import { PassThrough } from 'node:stream';
import type { FunctionEntry } from '@serverless-vote/catalog';
import { type Clock, systemClock } from '@serverless-vote/contracts/clock';
import type { Engine, Exit } from '@serverless-vote/engine';
import { expect, test } from 'vitest';
import { ManualClock } from '../../test/manual-clock.ts';
import { AcceptanceClock } from '../model/acceptance-clock.ts';
import { EventBus } from '../model/event-bus.ts';
import { functionError, Invocation } from '../model/invocation.ts';
import { StartLimiter } from '../model/start-limiter.ts';
import type { RuntimeClient } from '../sandbox/runtime-client.ts';
import { FunctionPool } from './function-pool.ts';

const DEADLINE_MS = 100;
const entry: FunctionEntry = {
  ...{ image: 'vote', user: 10_001, database: true, memoryMb: 64, cpus: 1, processes: 32, tmpMb: 8 },
  ...{ deadlineMs: DEADLINE_MS, concurrency: 1, queue: { events: 10, megabytes: 1 }, warmPool: 0, invalidates: [] },
  ...{ protocol: 'runtime-api', serving: { kind: 'reuse', inFlight: 1, events: 100 }, mayInvoke: [] },
};

/** An engine that takes its time to remove, as a busy one does. */
function slowEngine(exit: Exit) {
  let removeNow: () => void = () => undefined;
  const removing = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<Exit>();
  const engine: Engine = {
    start: async () => ({
      ...{ containerId: 'c0ffee', createMs: 1, startMs: 1, output: new PassThrough(), exited: exited.promise },
    }),
    stop: async () => undefined,
    async remove() {
      removing.resolve();
      await new Promise<void>((resolve) => {
        removeNow = resolve;
      });
      exited.resolve(exit);
    },
    list: async () => [],
  };
  return { engine, removing: removing.promise, removeNow: () => removeNow() };
}

/** A pool with one event, and the container that was started for it. */
function poolWithEvent(engine: Engine, clock: Clock = systemClock) {
  let container: RuntimeClient | undefined;
  const pool = new FunctionPool(
    'vote',
    entry,
    { image: 'vote:test', idleTimeoutMs: 1_000 },
    {
      ...{ engine, limiter: new StartLimiter(1), bus: new EventBus(), clock },
      async openEndpoint(_id, client) {
        container = client;
        return { mounts: [], environment: {}, close: () => undefined };
      },
    },
  );
  const acceptance = {
    requestId: 'an-id',
    acceptedAt: new AcceptanceClock().next(),
    trace: { traceId: '0'.repeat(32), spanId: '0'.repeat(16), sampled: false },
  };
  const invocation = new Invocation(
    { name: 'vote', payload: Buffer.from('{}'), deadlineMs: DEADLINE_MS },
    acceptance,
    clock,
  );
  pool.submit(invocation);
  return { pool, invocation, container: () => container };
}

test('an event that has to wait for the database when its deadline is over is answered, though its container is still being removed', async () => {
  const { engine, removing, removeNow } = slowEngine({ kind: 'lost' });
  const { invocation, container } = poolWithEvent(engine);
  await expect.poll(container).toBeDefined();
  container()?.poll({ deliver: () => undefined, dismiss: () => undefined });
  await removing;
  await expect.poll(() => invocation.remainingMs).toBe(0);
  container()?.answer('an-id', functionError('DatabaseUnavailable', "The database's disk is full: no space left"));
  removeNow();
  await expect(invocation.answer).rejects.toMatchObject({
    type: 'ServiceException',
    message: expect.stringContaining("the database's disk is full"),
  });
});

test('a container that is killed because it has asked for no event did not exit by itself: later events are told so', async () => {
  const { engine, removing, removeNow } = slowEngine({ kind: 'exited', exitCode: 137, outOfMemory: false });
  const clock = new ManualClock();
  const start: Engine['start'] = (spec) => {
    // Its own time for asking ends after the event's.
    clock.pass(10);
    return engine.start(spec);
  };
  const { pool, invocation } = poolWithEvent({ ...engine, start }, clock);
  await expect.poll(() => pool.fleet.find(({ silentMs }) => silentMs > 0)).toBeDefined();
  clock.pass(DEADLINE_MS - 5);
  await removing;
  removeNow();
  expect(await invocation.answer).toMatchObject({ outcome: { errorType: 'Runtime.InitTimeout' } });
  await expect.poll(() => pool.health.why).toMatch(/^its start fails: The container did not ask for an event/);
});
