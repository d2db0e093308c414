import { EventEmitter } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ComputedStream } from './computed-stream.ts';

const closing: (() => void)[] = [];
/** The tests advance the clock; network I/O takes real time. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
afterEach(() => {
  vi.useRealTimers();
  for (const close of closing.splice(0)) close();
});

/** This process' memory after garbage collection. */
function held(): number {
  v8.setFlagsFromString('--expose-gc');
  (vm.runInNewContext('gc') as () => void)();
  const { external, heapUsed } = process.memoryUsage();
  return external + heapUsed;
}

/** A stream of a counter behind a real server; `computed` counts how often the result was computed. */
async function serve(compute = async (run: number) => JSON.stringify({ run })) {
  const counted = { computed: 0, told: [] as { outcome: string; sinceChangeMs: number | undefined }[] };
  const stream = new ComputedStream(
    () => compute(++counted.computed),
    (outcome, sinceChangeMs) => counted.told.push({ outcome, sinceChangeMs }),
  );
  const server = http.createServer((_request, response) => stream.watch(response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => {
    stream.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const watch = async () => {
    const leave = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: leave.signal });
    const viewer = { text: '', leave: () => leave.abort() };
    void (async () => {
      for await (const chunk of response.body ?? []) viewer.text += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    return viewer;
  };
  return { stream, counted, watch, port };
}

test('computes nothing without viewers', async () => {
  const { stream, counted } = await serve();
  stream.invalidate();
  await pass(10_000);
  expect(counted.computed).toBe(0);
});

test('waiting → computing → waiting: once per change, for all viewers', async () => {
  const { stream, counted, watch } = await serve();
  const viewers = await Promise.all([watch(), watch(), watch()]);
  await expect.poll(() => viewers.map(({ text }) => text.includes('"run":1'))).toEqual([true, true, true]);
  await pass(200);
  stream.invalidate();
  await expect.poll(() => viewers.map(({ text }) => text.includes('"run":2'))).toEqual([true, true, true]);
  expect(counted.computed).toBe(2);
});

test('reports how long a change took to reach all viewers; a new viewer is no change', async () => {
  const { stream, counted, watch } = await serve(async (run) => {
    if (run === 2) await new Promise((resolve) => setTimeout(resolve, 50));
    return JSON.stringify({ run });
  });
  await watch();
  await expect.poll(() => counted.told).toEqual([{ outcome: 'shown', sinceChangeMs: undefined }]);
  await pass(200);
  stream.invalidate();
  await pass(50);
  expect(counted.told[1]).toEqual({ outcome: 'shown', sinceChangeMs: 50 });
});

test('measures a change from when it happened, also when the first attempt to show it fails', async () => {
  const { stream, counted, watch } = await serve(async (run) => {
    if (run === 2) throw new Error('away');
    return '{}';
  });
  await watch();
  await expect.poll(() => counted.told.length).toBe(1);
  await pass(200);
  stream.invalidate();
  await pass(2_000);
  expect(counted.told.map(({ outcome }) => outcome)).toEqual(['shown', 'failed', 'shown']);
  expect(counted.told[2]?.sinceChangeMs).toBe(2_000);
});

test('computing → computing: changes in quick succession are shown together, and the last one is never missed', async () => {
  const { stream, counted, watch } = await serve();
  const viewer = await watch();
  await expect.poll(() => viewer.text).toContain('"run":1');
  for (let i = 0; i < 200; i += 1) {
    stream.invalidate();
    await pass(2);
  }
  // The viewer's own at 0 ms, then at 200 and 400.
  expect(counted.computed).toBe(3);
  stream.invalidate();
  await pass(200);
  await expect.poll(() => viewer.text).toContain('"run":4');
  await pass(10_000);
  expect(counted.computed).toBe(4);
});

test('an urgent change is shown without a pause: among others, while a result is computed, and after a failure', async () => {
  let isAway = false;
  const { stream, counted, watch } = await serve(async (run) => {
    if (run === 3) await new Promise((resolve) => setTimeout(resolve, 50));
    if (isAway) throw new Error('away');
    return JSON.stringify({ run });
  });
  const viewer = await watch();
  // Without a poll, which would advance the clock.
  const shows = async (text: string) => {
    while (!viewer.text.includes(text)) await nextTurn();
  };
  await shows('"run":1');
  stream.invalidate();
  stream.invalidate({ isUrgent: true });
  await shows('"run":2');
  stream.invalidate({ isUrgent: true });
  await pass(20);
  stream.invalidate({ isUrgent: true });
  await pass(30);
  await shows('"run":4');
  // The next one waits again.
  stream.invalidate();
  await pass(100);
  expect(counted.computed).toBe(4);
  isAway = true;
  stream.invalidate({ isUrgent: true });
  await shows('event: paused');
  isAway = false;
  stream.invalidate({ isUrgent: true });
  await shows('"run":6');
});

test('after an urgent change no new viewer gets what was before it, also if nobody watched, or the new result is not there yet', async () => {
  let computes = async (run: number) => JSON.stringify({ run });
  const { stream, watch } = await serve((run) => computes(run));
  const first = await watch();
  await expect.poll(() => first.text).toContain('"run":1');
  first.leave();
  await expect.poll(() => stream.viewers).toBe(0);
  stream.invalidate({ isUrgent: true });
  const second = await watch();
  await expect.poll(() => second.text).toContain('"run":2');
  expect(second.text).not.toContain('"run":1');
  const { promise, resolve } = Promise.withResolvers<string>();
  computes = () => promise;
  stream.invalidate({ isUrgent: true });
  const third = await watch();
  await expect.poll(() => third.text).toContain('event: heartbeat');
  resolve('{"run":3}');
  await expect.poll(() => third.text).toContain('"run":3');
  expect(third.text).not.toContain('"run":2');
});

test('what was being computed at an urgent change is never shown: it may be from before', async () => {
  const { promise: before, resolve } = Promise.withResolvers<string>();
  const { stream, watch } = await serve(async (run) => (run === 2 ? before : JSON.stringify({ run })));
  const viewer = await watch();
  await expect.poll(() => viewer.text).toContain('"run":1');
  await pass(200);
  stream.invalidate();
  stream.invalidate({ isUrgent: true });
  resolve('{"run":2}');
  await expect.poll(() => viewer.text).toContain('"run":3');
  expect(viewer.text).not.toContain('"run":2');
});

test('a late viewer gets the last result at once', async () => {
  const { counted, watch } = await serve();
  const first = await watch();
  await expect.poll(() => first.text).toContain('"run":1');
  const late = await watch();
  await expect.poll(() => late.text).toContain('"run":1');
  expect(counted.computed).toBe(1);
});

test('waiting → computing: when there is a viewer again', async () => {
  const { stream, counted, watch } = await serve();
  const first = await watch();
  await expect.poll(() => first.text).toContain('"run":1');
  first.leave();
  await expect.poll(() => stream.viewers).toBe(0);
  await pass(200);
  const second = await watch();
  await expect.poll(() => second.text).toMatch(/"run":1.*"run":2/s);
  expect(counted.computed).toBe(2);
});

test('a late viewer also hears that there is no newer result', async () => {
  const { stream, counted, watch } = await serve(async (run) => {
    if (run > 1) throw new Error('The database is away.');
    return '{}';
  });
  const first = await watch();
  await expect.poll(() => first.text).toContain('data: {}');
  stream.invalidate();
  await pass(200);
  await expect.poll(() => first.text).toContain('event: paused');
  const late = await watch();
  await expect.poll(() => late.text).toContain('data: {}\n\nevent: paused\ndata: {"message":"The database is away."}');
  expect(counted.computed).toBe(2);
});

test('computing → computing: after a failure, of which viewers are told', async () => {
  const { watch } = await serve(async (run) => {
    if (run === 1) throw new Error('The database is away.');
    return '{}';
  });
  const viewer = await watch();
  await expect.poll(() => viewer.text).toContain('event: paused\ndata: {"message":"The database is away."}');
  await pass(2_000);
  await expect.poll(() => viewer.text).toContain('data: {}');
});

test('pauses after failures grow up to 30 seconds, and a change shortens them', async () => {
  let isAway = true;
  const { stream, counted, watch } = await serve(async () => {
    if (isAway) throw new Error('The database is away.');
    return '{}';
  });
  await watch();
  await expect.poll(() => counted.computed).toBe(1);
  await pass(2_000 + 4_000 + 8_000);
  expect(counted.computed).toBe(4);
  await pass(10 * 60_000);
  expect(counted.computed).toBeLessThan(30);
  isAway = false;
  const before = counted.computed;
  stream.invalidate();
  await pass(2_000);
  expect(counted.computed).toBe(before + 1);
  stream.invalidate();
  await pass(200);
  expect(counted.computed).toBe(before + 2);
});

test('pauses grow with the time that a broadcast takes', async () => {
  let computed = 0;
  const stream = new ComputedStream(
    async () => String(++computed),
    () => undefined,
  );
  const tellingMs = 300;
  const write = (message: Buffer | string) => String(message).startsWith('data:') && vi.advanceTimersByTime(tellingMs);
  const socket = Object.assign(new EventEmitter(), { write });
  const crowd = Object.assign(new EventEmitter(), { writeHead: () => undefined, write, socket });
  stream.watch(crowd as unknown as http.ServerResponse);
  const from = performance.now();
  for (let ms = 0; ms < 12_000; ms += 100) {
    stream.invalidate();
    await pass(100);
  }
  crowd.emit('close');
  expect(computed).toBeGreaterThan(5);
  expect((computed * tellingMs) / (performance.now() - from)).toBeLessThan(1 / 3);
});

test('a viewer that reads nothing neither delays the others nor uses memory', async () => {
  const megabyte = 'x'.repeat(1024 * 1024);
  const { stream, counted, watch, port } = await serve(async (run) => JSON.stringify({ run, megabyte }));
  const stalled = net.connect(port, '127.0.0.1');
  closing.push(() => stalled.destroy());
  stalled.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  stalled.pause();
  const viewer = await watch();
  await expect.poll(() => viewer.text).toContain('"run":1');
  const before = held();
  for (let run = 2; run <= 25; run += 1) {
    viewer.text = '';
    stream.invalidate();
    await pass(200);
    while (!viewer.text.includes(`"run":${run},`)) await nextTurn();
  }
  expect(counted.computed).toBe(25);
  viewer.text = '';
  await expect.poll(() => held() - before).toBeLessThan(18 * 1024 * 1024);
});
