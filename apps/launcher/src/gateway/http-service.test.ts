import { EngineError } from '@serverless-vote/engine';
import { describe, expect, test } from 'vitest';
import { testService } from '../../test/service.ts';
import type { Lease } from './http-service.ts';

type TestService = ReturnType<typeof testService>;
const small = { replicas: 3, requestsPerReplica: 2 };
const ready = (count: number) => Array<string>(count).fill('ready');

async function lease({ service, until }: TestService): Promise<Lease> {
  let given: Lease | undefined;
  void service.lease().then((held) => {
    given = held;
  });
  await until(() => given);
  return given as Lease;
}

/** As many requests as all replicas take, on all of them. */
async function fullHouse(house: TestService): Promise<Lease[]> {
  const leases: Lease[] = [];
  while (leases.length < small.replicas * small.requestsPerReplica) {
    leases.push(await lease(house));
    const replicas = Math.min(small.replicas, Math.ceil(leases.length / small.requestsPerReplica));
    await house.until(() => house.states().join() === ready(replicas).join());
  }
  return leases;
}

describe('a request', () => {
  test('waits with all others for the same start', async () => {
    const house = testService();
    const leases = await Promise.all(Array.from({ length: 5 }, () => lease(house)));
    expect(new Set(leases.map(({ target }) => JSON.stringify(target))).size).toBe(1);
    expect(house.engine.specs.length).toBe(1);
    expect(house.service.requests).toBe(5);
  });

  test('waits for the start deadline at most', async () => {
    const { service } = testService({ startDeadlineMs: 20 }, { places: 0 });
    await expect(service.lease()).rejects.toMatchObject({ type: 'ServiceException', retryAfterSeconds: 2 });
  });

  test('goes to the replica with the fewest requests in flight', async () => {
    const house = testService(small);
    const leases = await fullHouse(house);
    // Three on the first, two on the second, one on the third.
    expect((await lease(house)).target).toEqual(leases[5]?.target);
    for (const first of [0, 1]) leases[first]?.release();
    expect((await lease(house)).target).toEqual(leases[0]?.target);
  });

  test('is refused once the launcher shuts down', async () => {
    const { service } = testService();
    await service.close(1);
    await expect(service.lease()).rejects.toMatchObject({ type: 'ServiceException', retryAfterSeconds: 5 });
  });

  test('is counted once, however often it is released', async () => {
    const house = testService();
    const [one, two] = [await lease(house), await lease(house)];
    for (const end of [one.release, one.release, one.fail]) end();
    expect(house.service.replicas.map(({ inFlight }) => inFlight)).toEqual([1]);
    two.release();
  });
});

describe('replicas', () => {
  test('are none before the first request', async () => {
    const { service, clock, engine } = testService();
    clock.pass(600_000);
    expect([service.isUp, engine.specs.length]).toEqual([false, 0]);
  });

  test('are added while there are more requests than they may have, up to the catalog’s limit', async () => {
    const house = testService(small);
    await fullHouse(house);
    await lease(house);
    await lease(house);
    expect(house.states()).toEqual(ready(3));
    expect(house.engine.specs.length).toBe(3);
  });

  test('end when they are not needed, down to none', async () => {
    const house = testService(small, { idleTimeoutMs: 1_000 });
    for (const { release } of await fullHouse(house)) release();
    await house.until(() => house.states().length === 0, 100);
    expect(await house.engine.list()).toEqual([]);
  });

  test('end only after their last request', async () => {
    const house = testService(small, { idleTimeoutMs: 1_000 });
    const leases = await fullHouse(house);
    for (const target of [0, 1, 2]) leases[target * 2]?.release();
    await house.until(() => house.states().includes('resting'), 100);
    expect((await house.engine.list()).length).toBe(3);
    for (const { release } of leases) release();
    await house.until(() => house.states().length < 3, 100);
  });

  test('that rest are used again when they are needed, so there are never more than the catalog allows', async () => {
    const house = testService(small, { idleTimeoutMs: 1_000 });
    const leases = await fullHouse(house);
    // One slow reader is left on each, so two replicas are enough, and the third one rests.
    for (const target of [0, 1, 2]) leases[target * 2]?.release();
    await house.until(() => house.states().includes('resting'), 100);
    for (let i = 0; i < 3; i += 1) await lease(house);
    expect(house.states()).toEqual(ready(3));
    expect(house.engine.specs.length).toBe(3);
  });

  test('that failed make room for a new one when all are draining', async () => {
    const house = testService(small);
    const leases = [...(await fullHouse(house)), await lease(house)];
    const old = house.service.replicas.map(({ id }) => id);
    for (const target of new Set(leases.map(({ target }) => target))) {
      const [answered, failed] = leases.filter((held) => held.target === target);
      answered?.release();
      failed?.fail();
    }
    expect(house.states()).toEqual(['draining', 'draining', 'draining']);
    await lease(house);
    expect(house.engine.specs.length).toBe(4);
    expect(house.service.replicas.filter(({ id }) => old.includes(id)).length).toBeLessThan(3);
  });

  test('all end when the launcher shuts down, those that start included', async () => {
    const house = testService({}, { behaviour: 'never listens' });
    const request = expect(house.service.lease()).rejects.toThrow('shutting down');
    await house.until(() => house.types().includes('container.started'));
    void house.service.close(1_000);
    await house.until(() => house.states().length === 0);
    await request;
    expect(await house.engine.list()).toEqual([]);
  });
});

describe('an image whose start fails', () => {
  test('is restarted with backoff, however many requests wait, and they get the reason', async () => {
    const { service, engine, clock } = testService();
    const startedAt: number[] = [];
    engine.fault = () => {
      startedAt.push(clock.now());
      return new EngineError('misconfigured', 'no such image');
    };
    const told: string[] = [];
    for (let ms = 0; ms < 60_000; ms += 100) {
      service.lease().catch((error: Error) => told.push(error.message));
      clock.pass(100);
      await new Promise(setImmediate);
    }
    const pauses = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));
    expect(pauses.length).toBeGreaterThan(8);
    expect(pauses.length).toBeLessThan(32);
    expect(Math.min(...pauses.slice(6))).toBeGreaterThanOrEqual(2_500);
    expect(service.whyFailing).toBe('no such image');
    expect(told.length).toBeGreaterThan(500);
    expect(new Set(told)).toEqual(new Set(['no such image']));
  });

  test('is restarted with backoff, too, if it ends with its first request', async () => {
    const house = testService();
    for (let times = 0; times < 3; times += 1) {
      (await lease(house)).fail();
      await house.until(() => house.states().length === 0);
    }
    let error: Error | undefined;
    house.service.lease().catch((failure: Error) => {
      error = failure;
    });
    await house.until(() => error);
    expect(error?.message).toBe('The service web did not finish its answer.');
    expect(house.engine.specs.length).toBe(3);
  });

  test('starts without backoff again after one that answered', async () => {
    const house = testService();
    house.engine.fault = (start) => (start < 3 ? new EngineError('unavailable', 'not now') : undefined);
    (await lease(house)).release();
    (await lease(house)).fail();
    house.engine.fault = () => new EngineError('unavailable', 'not now');
    await house.until(() => house.states().length === 0);
    // The error comes at once only after three failures in a row.
    let error: Error | undefined;
    house.service.lease().catch((failure: Error) => {
      error = failure;
    });
    await house.until(() => error);
    expect(house.engine.specs.length).toBe(6);
  });
});
