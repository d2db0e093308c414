import { describe } from 'vitest';
import { test } from '../../test/pool.ts';

/** One container serves up to two events at once, and four in all. */
const reuse = { serving: { kind: 'reuse' as const, inFlight: 2, events: 4 } };

describe.concurrent('an event', () => {
  test('goes to a prewarmed container', async ({ expect, testPool }) => {
    const { pool, conditions, submit } = testPool({ warmPool: 1 });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    expect(await submit().answer).toMatchObject({ startKind: 'prewarmed', phases: { run: expect.any(Number) } });
  });

  test('without a prewarmed container waits for a start, and is told which parts of it it paid for', async ({
    expect,
    testPool,
  }) => {
    const { startKind, phases } = await testPool().submit().answer;
    expect(startKind).toBe('cold');
    expect(Object.keys(phases)).toEqual(['queue', 'create', 'start', 'init', 'run']);
  });

  test('goes to a container in use, if the function allows reuse', async ({ expect, testPool }) => {
    const { hold, submit, engine, pool } = testPool(reuse);
    const { invocation, release } = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    const second = await submit().answer;
    release();
    expect(second).toMatchObject({ startKind: 'warm', containerId: (await invocation.answer).containerId });
    expect(engine.starts).toBe(1);
  });

  test('never goes to a container in use, if the function forbids reuse: another is started at once', async ({
    expect,
    testPool,
  }) => {
    const { hold, submit, pool } = testPool();
    const { invocation, release } = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    const second = await submit().answer;
    release();
    expect(second.containerId).not.toBe((await invocation.answer).containerId);
  });

  test('waits in the order of arrival while every place is taken', async ({ expect, testPool }) => {
    const { hold, pool, seen } = testPool({ concurrency: 1 });
    const events = [hold(), hold(), hold()];
    await expect.poll(() => seen('invocation.running').length).toBe(1);
    expect(pool.waiting).toBe(2);
    for (const { release, invocation } of events) {
      release();
      await invocation.answer;
    }
    expect(seen('invocation.running').map(({ requestId }) => requestId)).toEqual(
      events.map(({ invocation }) => invocation.requestId),
    );
  });

  test('is refused when the queue is full', ({ expect, testPool }) => {
    const { submit } = testPool({ queue: { events: 1, megabytes: 1 }, concurrency: 1 }, { places: 0 });
    submit();
    expect(() => submit()).toThrow(expect.objectContaining({ type: 'TooManyRequestsException', retryAfterSeconds: 1 }));
  });

  test('is refused when the queue holds as many bytes as it may', ({ expect, testPool }) => {
    const { submit } = testPool({ queue: { events: 9, megabytes: 1 } }, { places: 0 });
    submit({ padding: 'x'.repeat(1_000_000) });
    expect(() => submit({ padding: 'x'.repeat(100_000) })).toThrow(expect.objectContaining({ status: 429 }));
  });

  test('whose caller leaves while it waits is forgotten', async ({ expect, testPool }) => {
    const { pool, submit } = testPool({}, { places: 0 });
    const invocation = submit();
    pool.abandon(invocation);
    await expect(invocation.answer).rejects.toThrow('The caller left before the event was served.');
    expect(pool.waiting).toBe(0);
  });

  test('is refused once the pool is being closed, and one in hand is finished', async ({ expect, testPool }) => {
    const { pool, hold, submit, seen } = testPool();
    const { invocation, release } = hold();
    await expect.poll(() => seen('invocation.running').length).toBe(1);
    const closed = pool.close(10_000);
    expect(() => submit()).toThrow('The launcher is shutting down.');
    release();
    expect((await invocation.answer).outcome.kind).toBe('result');
    await closed;
    expect([...pool.fleet]).toEqual([]);
  });
});
