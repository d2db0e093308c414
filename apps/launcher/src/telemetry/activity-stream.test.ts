import { EventEmitter } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Changes, PermanentMemory, Snapshot } from '@serverless-vote/contracts/activity';
import type { LifecycleEvent } from '@serverless-vote/contracts/lifecycle';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EventBus } from '../model/event-bus.ts';
import { ActivityStream } from './activity-stream.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const close of closing.splice(0)) close();
});

const containerId = 'a1b2c3d4e5f6';
const who = { sandboxId: 's1', name: 'record-vote' };
const started: LifecycleEvent[] = [
  { type: 'container.starting', ...who },
  { type: 'container.started', ...who, containerId, createMs: 15, startMs: 60 },
  { type: 'container.ready', ...who, containerId, initMs: 40 },
];
const invocation = { requestId: 'r1', traceId: 't1', name: 'record-vote', containerId };
const served: LifecycleEvent[] = [
  { type: 'invocation.accepted', requestId: 'r1', traceId: 't1', name: 'record-vote', waiting: 0 },
  { type: 'invocation.running', ...invocation, startKind: 'prewarmed' },
  {
    type: 'invocation.finished',
    ...invocation,
    outcome: 'success',
    startKind: 'prewarmed',
    phases: { run: 5 },
    totalMs: 6,
  },
];
const gone = (exitCode = 0): LifecycleEvent => ({
  type: 'container.gone',
  ...who,
  containerId,
  exit: { kind: 'exited', exitCode, outOfMemory: false },
  lifetimeMs: 300,
  served: 1,
});

const memory = { launcher: 30_000_000, database: 40_000_000 };

async function serve(askMemory = async (): Promise<PermanentMemory | undefined> => undefined) {
  const bus = new EventBus();
  const stream = new ActivityStream(bus, askMemory);
  const server = http.createServer((_request, response) => stream.watch(response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const watch = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    let text = '';
    void (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    const messages = <Message>(kind: string) =>
      [...text.matchAll(new RegExp(`^event: ${kind}\ndata: (.*)$`, 'gm'))].map(
        ([, data]) => JSON.parse(data ?? '') as Message,
      );
    await expect.poll(() => messages('snapshot').length).toBe(1);
    return {
      text: () => text,
      snapshot: () => messages<Snapshot>('snapshot')[0],
      changes: () => messages<Changes>('changes'),
    };
  };
  const publish = (...events: LifecycleEvent[]) => {
    for (const event of events) bus.publish(event);
  };
  return { publish, watch };
}

describe('a viewer that joins late', () => {
  test('gets the containers that are alive and the counters', async () => {
    const { publish, watch } = await serve();
    publish(...started, ...served);
    const { snapshot } = await watch();
    expect(snapshot()?.containers).toMatchObject([
      { id: 's1', name: 'record-vote', containerId, state: 'waiting', inFlight: 0, served: 1, runMs: 5 },
    ]);
    expect(snapshot()?.counters).toMatchObject({
      today: { started: 1, removed: 0 },
      removed: 0,
      invocations: 1,
      succeeded: 1,
      p50: { prewarmed: 6 },
    });
  });

  test('learns how often functions have called one another; nothing while none has', async () => {
    const { publish, watch } = await serve();
    publish(...served);
    expect((await watch()).snapshot()?.counters.calls).toBeUndefined();
    const called = {
      type: 'invocation.accepted',
      requestId: 'r2',
      traceId: 't1',
      waiting: 0,
      caller: 'report',
    } as const;
    publish(...['fetch-results', 'greet', 'fetch-results'].map((name) => ({ ...called, name })));
    expect((await watch()).snapshot()?.counters.calls).toEqual({ report: { 'fetch-results': 2, greet: 1 } });
  });

  test('gets the containers that ended in the last minute, too', async () => {
    const { publish, watch } = await serve();
    publish(...started, ...served, gone());
    const { snapshot } = await watch();
    expect(snapshot()?.containers).toMatchObject([{ state: 'gone', ending: 0 }]);
    expect(snapshot()?.counters).toMatchObject({ removed: 1, removedWell: 1 });
  });
});

describe('a viewer', () => {
  test('gets a container’s whole short life in one message', async () => {
    const { publish, watch } = await serve();
    const { changes } = await watch();
    publish(...started, ...served, gone());
    await expect.poll(() => changes().length).toBe(1);
    expect(changes()[0]).toMatchObject({
      containers: [{ id: 's1', state: 'gone', served: 1, ending: 0, goneAt: expect.any(Number) }],
    });
  });

  test('gets at most ten messages a second, whose size does not grow with the number of events', async () => {
    const { publish, watch } = await serve();
    publish(...started);
    const { changes } = await watch();
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    for (let tenth = 1; tenth <= 5; tenth += 1) {
      for (let i = 0; i < 200; i += 1) publish(...served);
      vi.advanceTimersByTime(99);
      expect(vi.getTimerCount()).toBe(1);
      vi.advanceTimersByTime(1);
    }
    expect(vi.getTimerCount()).toBe(0);
    await expect.poll(() => changes().at(-1)?.counters.invocations).toBe(1000);
    expect(changes()).toHaveLength(5);
    expect(Math.max(...changes().map((message) => JSON.stringify(message).length))).toBeLessThan(800);
  });

  test('gets no message while nothing happens', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { publish, watch } = await serve();
    const { changes } = await watch();
    expect(vi.getTimerCount()).toBe(0);
    publish(...started);
    vi.advanceTimersByTime(100);
    await expect.poll(() => changes().length).toBe(1);
  });

  test('gets an event that is tried again, and how its container ended', async () => {
    const { publish, watch } = await serve();
    const { changes } = await watch();
    publish(...started, ...served.slice(0, 2), gone(137));
    publish({ type: 'invocation.retried', ...invocation, attempt: 2, reason: 'exit status 137' });
    await expect.poll(() => changes().length).toBe(1);
    expect(changes()[0]).toMatchObject({
      moments: [{ kind: 'retried', containerId, reason: 'exit status 137' }],
      containers: [{ state: 'gone', ending: 137 }],
      counters: { removedWell: 0, retried: 1 },
    });
  });

  test('learns which functions reuse their containers, and when they no longer do', async () => {
    const { publish, watch } = await serve();
    publish({ type: 'reuse.began', name: 'record-vote' });
    const { snapshot, changes } = await watch();
    expect(snapshot()).toMatchObject({ reusing: ['record-vote'] });
    publish({ type: 'reuse.ended', name: 'record-vote' });
    await expect.poll(() => changes().at(-1)).toMatchObject({ reusing: [] });
  });

  test('never gets a function’s output, nor a request ID', async () => {
    const { publish, watch } = await serve();
    const { text, changes } = await watch();
    publish({ type: 'output', name: 'record-vote', containerId, requestId: 'r1', traceId: 't1', text: 'secret' });
    publish(...started, ...served);
    await expect.poll(() => changes().length).toBe(1);
    expect(text()).not.toMatch(/secret|r1/);
  });
});

describe('the counters', () => {
  test('have the median of the latest 200 invocations by start kind, and none of those that never ran', async () => {
    const { publish, watch } = await serve();
    const [, , finished] = served;
    const took = (totalMs: number, times: number) => {
      for (let i = 0; i < times; i += 1) publish({ ...finished, totalMs } as LifecycleEvent);
    };
    for (const [totalMs, times] of [
      [1000, 200],
      [9, 150],
      [10, 10],
      [8, 40],
    ] as const)
      took(totalMs, times);
    expect((await watch()).snapshot()?.counters.p50).toEqual({ prewarmed: 9 });
  });

  test('have the events of containers that took several, by function', async () => {
    const { publish, watch } = await serve();
    for (const took of [3, 1, 4]) publish(...started, { ...gone(), served: took } as LifecycleEvent);
    expect((await watch()).snapshot()?.counters.reused).toEqual({ 'record-vote': { events: 7, containers: 2 } });
  });
});

describe('a day', () => {
  test('ends at midnight by the launcher’s clock; the first one began with the launcher', async () => {
    vi.useFakeTimers({ now: new Date(2026, 10, 21, 23, 50), toFake: ['Date'] });
    const { publish, watch } = await serve();
    publish(...started);
    const today = (await watch()).snapshot()?.counters.today;
    expect(today).toEqual({ since: new Date(2026, 10, 21, 23, 50).getTime(), started: 1, removed: 0 });
    vi.setSystemTime(new Date(2026, 10, 22, 0, 10));
    publish(gone());
    const tomorrow = (await watch()).snapshot()?.counters;
    expect(tomorrow?.today).toEqual({ since: new Date(2026, 10, 22).getTime(), started: 0, removed: 1 });
    expect(tomorrow?.removed).toBe(1);
  });
});

describe('the memory of the permanent containers', () => {
  test('is measured when the first viewer connects, not before, and sent', async () => {
    const ask = vi.fn(async () => memory);
    const { publish, watch } = await serve(ask);
    publish(...started, ...served, gone());
    expect(ask).not.toHaveBeenCalled();
    const { changes } = await watch();
    await expect.poll(() => changes().at(-1)?.memory).toEqual({ ...memory, idle: true });
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test('does not count as idle while a container is alive', async () => {
    const { publish, watch } = await serve(async () => memory);
    publish(...started);
    const { changes } = await watch();
    await expect.poll(() => changes().at(-1)?.memory).toEqual({ ...memory, idle: false });
  });

  test('is left out when the engine does not answer', async () => {
    const { publish, watch } = await serve(() => Promise.reject(new Error('the engine is away')));
    const { snapshot, changes } = await watch();
    publish(...started);
    await expect.poll(() => changes().length).toBe(1);
    expect([snapshot()?.memory, changes()[0]?.memory]).toEqual([undefined, undefined]);
  });
});

test('the longer a broadcast takes, the less often there is one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  const bus = new EventBus();
  const stream = new ActivityStream(bus, async () => undefined);
  const tellingMs = 300;
  let told = 0;
  const write = (message: Buffer | string) => {
    if (!String(message).startsWith('event: changes')) return;
    told += 1;
    vi.advanceTimersByTime(tellingMs);
  };
  const socket = Object.assign(new EventEmitter(), { writableLength: 0, write });
  const crowd = Object.assign(new EventEmitter(), { writeHead: () => undefined, write, socket });
  stream.watch(crowd as unknown as http.ServerResponse);
  const from = performance.now();
  for (let ms = 0; ms < 12_000; ms += 100) {
    for (const event of served) bus.publish(event);
    await vi.advanceTimersByTimeAsync(100);
  }
  crowd.emit('close');
  expect(told).toBeGreaterThan(5);
  expect((told * tellingMs) / (performance.now() - from)).toBeLessThan(1 / 3);
});
