import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import type { Engine, Exit } from '@serverless-vote/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCatalog } from '../model/catalog.ts';
import { systemClock } from '../model/clock.ts';
import { EventBus } from '../model/event-bus.ts';
import { StartLimiter } from '../model/start-limiter.ts';
import { HttpService, type Lease } from './http-service.ts';

const REPLICAS = 3;
const { web: entry } = parseCatalog(
  JSON.stringify({
    functions: {},
    web: {
      ...{ image: 'web', user: 10_003, memoryMb: 64, cpus: 1, processes: 16, tmpMb: 8 },
      ...{ environment: [], mayInvoke: [], prewarms: {}, startDeadlineMs: 60_000, requestsPerReplica: 2 },
      replicas: REPLICAS,
    },
    streams: {},
  }),
);

/** An engine whose containers run until they are told to stop, and how many of them did at once. */
function fakeEngine() {
  const running = new Map<string, (exit: Exit) => void>();
  const end = async (id: string) => {
    running.get(id)?.({ kind: 'exited', exitCode: 0, outOfMemory: false });
    running.delete(id);
  };
  let most = 0;
  const engine: Pick<Engine, 'start' | 'stop' | 'remove'> = {
    async start({ sandboxId }) {
      const exited = new Promise<Exit>((settle) => running.set(sandboxId, settle));
      most = Math.max(most, running.size);
      return { containerId: sandboxId, createMs: 0, startMs: 0, output: new PassThrough(), exited };
    },
    stop: end,
    remove: end,
  };
  return { engine: engine as Engine, running, most: () => most };
}

let socketPath = '';
let closing: (() => void)[] = [];
beforeEach(async () => {
  const folder = mkdtempSync(`${tmpdir()}/web-`);
  socketPath = `${folder}/web.sock`;
  const listener = net.createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => listener.listen(socketPath, resolve));
  closing = [() => listener.close(), () => rmSync(folder, { recursive: true, force: true })];
});
afterEach(() => {
  for (const close of closing) close();
});

function service(idleTimeoutMs: number) {
  const { engine, running, most } = fakeEngine();
  const ingress = { mounts: [], environment: {}, target: () => ({ socketPath }), seal() {}, close() {} };
  const web = new HttpService(
    { name: 'web', entry, image: 'web', idleTimeoutMs, handedOn: new Map() },
    { engine, openIngress: () => ingress, limiter: new StartLimiter(4), bus: new EventBus(), clock: systemClock },
  );
  closing.unshift(() => void web.close(0));
  const ready = () => web.replicas.filter(({ state }) => state.kind === 'ready').length;
  const draining = () => web.replicas.filter(({ state }) => ['resting', 'draining'].includes(state.kind)).length;
  return { web, running, most, ready, draining };
}

/** As many requests as all replicas take, on all of them. */
async function fullHouse({ web, ready }: ReturnType<typeof service>): Promise<Lease[]> {
  const leases: Lease[] = [];
  while (leases.length < REPLICAS * 2) {
    leases.push(await web.lease());
    await expect.poll(ready).toBe(Math.min(REPLICAS, Math.ceil(leases.length / 2)));
  }
  return leases;
}

describe('replicas of web', () => {
  test('are never more than the catalog says, though some can’t end because somebody reads slowly: one of those comes back', async () => {
    const house = service(100);
    const leases = await fullHouse(house);
    // One slow reader on each is left, so two replicas are enough, and the third drains.
    for (const target of [0, 1, 2]) leases[target * 2]?.release();
    await expect.poll(house.draining).toBeGreaterThan(0);
    const crowd = await Promise.all(Array.from({ length: 3 }, () => house.web.lease()));
    await expect.poll(house.ready).toBe(REPLICAS);
    expect(house.most()).toBe(REPLICAS);
    for (const { release } of [...leases, ...crowd]) release();
  });

  test('that failed and drain give their place to a new one when there is no other', async () => {
    const house = service(60_000);
    // Three on the first, two each on the others.
    const leases = [...(await fullHouse(house)), await house.web.lease()];
    const old = [...house.running.keys()];
    for (const one of [0, 3, 5]) leases[one]?.fail();
    await expect.poll(house.draining).toBe(REPLICAS);
    const { release } = await house.web.lease();
    release();
    expect(house.most()).toBe(REPLICAS);
    expect([...house.running.keys()].filter((id) => old.includes(id)).length).toBeLessThan(REPLICAS);
  });

  test('end when they are not needed, down to none', async () => {
    const house = service(100);
    for (const { release } of await fullHouse(house)) release();
    await expect.poll(() => house.running.size).toBe(0);
  });
});
