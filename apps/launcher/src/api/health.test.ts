import type { InvocationOutcome } from '@serverless-vote/contracts/lifecycle';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventBus } from '../model/event-bus.ts';
import { type HealthParts, HealthReport, RecentFailures, whyBlocked } from './health.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const FUNCTIONS = ['record-vote', 'fetch-results'];

function report(parts: Partial<HealthParts> = {}) {
  const bus = new EventBus();
  const failures = new RecentFailures(bus);
  const finish = (name: string, outcome: InvocationOutcome, failure?: string) =>
    bus.publish({
      ...{ type: 'invocation.finished', requestId: 'a', traceId: 'b', name, outcome, failure },
      ...{ containerId: undefined, startKind: undefined, phases: {}, totalMs: 1 },
    });
  const asked: string[] = [];
  const health = new HealthReport({
    isPrepared: () => true,
    databaseIsThere: async () => true,
    databaseHasSpace: async () => true,
    images: ['vote:1', 'web:1'],
    async lacking(images) {
      asked.push(...images);
      return [];
    },
    functions: FUNCTIONS,
    isReady: () => false,
    whyFailing: (name) => failures.why(name),
    whyNoPages: () => undefined,
    ...parts,
  });
  return { health, finish, asked };
}

describe('health', () => {
  const lacking = async () => ['registry:5000/serverless-vote/web:1'];
  const unbuilt = async () => ['serverless-vote/web:1'];
  const engineAway = () => Promise.reject(new Error('ECONNREFUSED'));

  test('is ok when a vote would be recorded', async () => {
    expect(await report().health.answer()).toEqual({ status: 'ok' });
  });

  test.each<[string, Partial<HealthParts>, string, string]>([
    ['the database has not been prepared', { isPrepared: () => false }, 'starting', 'waiting for the database'],
    ['the database is away', { databaseIsThere: async () => false }, 'paused', 'the database is away'],
    ['its disk is full', { databaseHasSpace: async () => false }, 'paused', "the database's disk is full"],
    [
      'an image is not built',
      { lacking: unbuilt },
      'failing',
      "the image serverless-vote/web:1 isn't on this machine; `make run` builds it",
    ],
    [
      'an image is not pulled',
      { lacking },
      'failing',
      "the image registry:5000/serverless-vote/web:1 isn't on this machine; `docker pull registry:5000/serverless-vote/web:1` brings it",
    ],
    ['the engine does not answer', { lacking: engineAway }, 'failing', 'the Docker Engine does not answer'],
  ])('says so to everybody when %s', async (_case, parts, status, reason) => {
    const { health } = report(parts);
    expect(await health.certain()).toEqual({ status, reason });
    expect(await health.answer()).toEqual({ status, reason });
  });

  test.each([{ lacking }, { lacking: engineAway }])(
    'is ok without engine or image while containers are ready',
    async (parts) => {
      expect(await report({ ...parts, isReady: () => true }).health.answer()).toEqual({ status: 'ok' });
      const { health } = report({ ...parts, isReady: (name) => name === 'fetch-results' });
      expect((await health.answer()).status).toBe('failing');
    },
  );

  test('asks the engine once in five seconds, however often health is requested', async () => {
    const { health, asked } = report();
    await Promise.all(Array.from({ length: 100 }, () => health.answer()));
    expect(asked).toEqual(['vote:1', 'web:1']);
    vi.advanceTimersByTime(5_001);
    await health.answer();
    expect(asked).toHaveLength(4);
  });
});

test('a web whose starts fail is the operator’s to mend; the pages that are open keep trying', async () => {
  const { health } = report({ whyNoPages: () => 'The service web was not ready' });
  expect(await health.answer()).toEqual({ status: 'failing', reason: 'The service web was not ready' });
  expect(await health.certain()).toEqual({ status: 'ok' });
});

describe('the last invocations', () => {
  test('count for the operator when three in a row failed and none has succeeded since; the pages keep trying', async () => {
    const { health, finish } = report();
    for (const left of [2, 1, 0]) {
      expect((await health.answer()).status, String(left)).toBe('ok');
      finish('record-vote', 'unavailable', 'no container was free');
    }
    const reason = 'the last 3 invocations of record-vote failed: no container was free';
    expect(await health.answer()).toEqual({ status: 'failing', reason });
    expect(await health.certain()).toEqual({ status: 'ok' });
    finish('record-vote', 'success');
    expect(await health.answer()).toEqual({ status: 'ok' });
  });

  test('count as long as they are recent', async () => {
    const { health, finish } = report();
    for (let times = 0; times < 3; times += 1) finish('record-vote', 'function-error', 'error');
    expect((await health.answer()).status).toBe('failing');
    vi.advanceTimersByTime(15_001);
    expect((await health.answer()).status).toBe('ok');
  });

  test('of functions that no page needs do not count', async () => {
    const { health, finish } = report();
    for (let times = 0; times < 5; times += 1) finish('misbehave', 'unavailable', 'exit status 1');
    expect((await health.answer()).status).toBe('ok');
  });

  test.each(['error', 'Error', 'TypeError', 'Runtime.ExitError', 'Sandbox.Timedout', 'Function.ResponseSizeTooLarge'])(
    'that end with %s have failed',
    async (type) => {
      const { health, finish } = report();
      for (let times = 0; times < 3; times += 1) finish('record-vote', 'function-error', type);
      expect((await health.answer()).status).toBe('failing');
    },
  );

  test.each(['InvalidEvent', 'UnknownOption', 'PollClosed'])('that refuse an event (%s) work', async (type) => {
    const { health, finish } = report();
    for (let times = 0; times < 5; times += 1) finish('record-vote', 'function-error', type);
    expect((await health.answer()).status).toBe('ok');
  });
});

test('a function is blocked when containers that should be gone take all its places', () => {
  const pools = (ids: string[]) =>
    [{ name: 'vote', fleet: ids.map((id) => ({ id })), entry: { concurrency: 2 } }] as unknown as Parameters<
      typeof whyBlocked
    >[0];
  const overdue = new Set(['a', 'b', 'of another']);
  expect(whyBlocked(pools(['a', 'c']), 'vote', overdue)).toBeUndefined();
  expect(whyBlocked(pools(['a', 'b']), 'vote', overdue)).toMatch(/does not remove containers of vote/);
});
