import { EngineError } from '@serverless-vote/engine';
import { describe } from 'vitest';
import { test } from '../../test/pool.ts';

/** One container serves up to two events at once, and four in all. */
const reuse = { serving: { kind: 'reuse' as const, inFlight: 2, events: 4 } };

describe.concurrent('starts that fail', () => {
  test('are tried again with growing pauses, and the event is answered', async ({ expect, testPool }) => {
    const start = (count: number) => (count < 3 ? new EngineError('unavailable', 'busy') : undefined);
    const { submit, clock, engine, pool } = testPool({}, { faults: { start } });
    const { answer } = submit();
    for (const starts of [1, 2]) {
      await expect.poll(() => [engine.starts, pool.health.isFine, pool.fleet.total]).toEqual([starts, false, 0]);
      clock.pass(pool.health.retryAt - clock.now() + 1);
    }
    expect((await answer).outcome.kind).toBe('result');
    expect(pool.health.isFine).toBe(true);
  });

  test('because of a missing image are not tried again: those who wait hear it now', async ({ expect, testPool }) => {
    const start = () => new EngineError('misconfigured', 'The image isn’t on this machine.');
    const { submit } = testPool({}, { faults: { start } });
    await expect(submit().answer).rejects.toMatchObject({ type: 'InternalFailure', status: 500 });
  });

  test('three times in a row by the function’s own doing are reported as its error', async ({ expect, testPool }) => {
    const { submit, clock, pool, engine } = testPool({}, { name: 'fails-at-start' });
    const { answer } = submit();
    for (const starts of [1, 2]) {
      await expect.poll(() => [engine.starts, pool.fleet.total]).toEqual([starts, 0]);
      clock.pass(pool.health.retryAt - clock.now() + 1);
    }
    expect((await answer).outcome).toMatchObject({ errorType: 'TypeError' });
  });

  test('by an exit before the first event are reported with the status', async ({ expect, testPool }) => {
    const { submit, clock, pool, engine } = testPool({}, { name: 'ends-at-start' });
    const { answer } = submit();
    for (const starts of [1, 2]) {
      await expect.poll(() => [engine.starts, pool.fleet.total]).toEqual([starts, 0]);
      clock.pass(pool.health.retryAt - clock.now() + 1);
    }
    expect(String((await answer).outcome.payload)).toMatch(/Runtime exited during init: exit status 3/);
  });

  test('are not counted when a prewarmed container is removed by hand, but the next start waits a little', async ({
    expect,
    testPool,
  }) => {
    const { pool, engine, conditions } = testPool({ warmPool: 1 });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    const [id = ''] = await engine.list();
    await engine.remove(id);
    await expect.poll(() => pool.health.why).toBe('containers end while they wait for an event');
  });
});

describe.concurrent('an answer that the database is away', () => {
  test('is not given to the caller: the event waits for it', async ({ expect, testPool }) => {
    const { submit, pool, clock } = testPool();
    const { answer } = submit({
      do: 'throw',
      errorType: 'DatabaseUnavailable',
      message: "The database's disk is full",
    });
    await expect.poll(() => pool.health.lacksSpace).toBe(true);
    clock.pass(5_001);
    await expect(answer).rejects.toThrow("the database's disk is full");
  });
});

describe.concurrent('a container that its engine wants gone', () => {
  /** A container with `withdraw`, by which its engine wants it gone. */
  function withdrawing() {
    let withdraw: () => void = () => undefined;
    const exit = (started: object) => ({
      ...started,
      withdrawn: new Promise<void>((resolve) => {
        withdraw = resolve;
      }),
    });
    return { faults: { exit: exit as never }, withdraw: () => withdraw() };
  }

  test('leaves at once when it has nothing in hand', async ({ expect, testPool }) => {
    const { faults, withdraw } = withdrawing();
    const { pool, conditions, seen } = testPool({ warmPool: 1 }, { faults });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    withdraw();
    await expect.poll(() => seen('container.gone')).toMatchObject([{ exit: { exitCode: 0 } }]);
  });

  test('finishes what it has in hand, and gets nothing new', async ({ expect, testPool }) => {
    const { faults, withdraw } = withdrawing();
    const { hold, submit, pool } = testPool(reuse, { faults });
    const { invocation, release } = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    const [first] = pool.fleet;
    withdraw();
    await expect.poll(() => first?.isReusable).toBe(false);
    const { containerId } = await submit().answer;
    expect(containerId).not.toBe(first?.containerId);
    release();
    expect(await invocation.answer).toMatchObject({ containerId: first?.containerId, outcome: { kind: 'result' } });
  });
});
