import type { Engine } from '@serverless-vote/engine';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readCatalog } from '../model/catalog.ts';
import { systemClock } from '../model/clock.ts';
import { EventBus } from '../model/event-bus.ts';
import { StartLimiter } from '../model/start-limiter.ts';
import { HttpService } from './http-service.ts';

const { web } = readCatalog(`${import.meta.dirname}/../../../../functions/catalog.json`);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Web with an image that doesn't start. */
function failing() {
  const starts: number[] = [];
  const engine: Engine = {
    start() {
      starts.push(performance.now());
      return Promise.reject(new Error('no such image'));
    },
    stop: async () => undefined,
    remove: async () => undefined,
    list: async () => [],
    permanentMemory: async () => undefined,
  };
  const openIngress = () => ({
    ...{ mounts: [], environment: {}, target: () => undefined, seal: () => undefined, close: () => undefined },
  });
  const setting = { name: 'web', entry: web, image: 'broken', idleTimeoutMs: 60_000, handedOn: new Map() };
  const service = new HttpService(setting, {
    ...{ engine, clock: systemClock },
    openIngress,
    limiter: new StartLimiter(2),
    bus: new EventBus(),
  });
  return { service, starts };
}

test('an image whose start fails is started again after pauses that grow, however many ask, and they are told why', async () => {
  const { service, starts } = failing();
  const told: string[] = [];
  const asking = setInterval(() => service.lease().catch((error: Error) => told.push(error.message)), 100);
  await vi.advanceTimersByTimeAsync(60_000);
  clearInterval(asking);
  const pauses = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
  // A quarter of a second at first, then 2.5 to 5 seconds.
  expect(pauses.length).toBeGreaterThan(8);
  expect(pauses.length).toBeLessThan(32);
  expect(Math.min(...pauses.slice(6))).toBeGreaterThanOrEqual(2_500);
  const reason = 'The page could not be started: Error: no such image';
  expect(told.filter((message) => message === reason).length).toBeGreaterThan(500);
});
