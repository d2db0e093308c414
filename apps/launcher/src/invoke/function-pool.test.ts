import { DatabaseAway, EngineError } from '@serverless-vote/engine';
import { describe, test } from 'vitest';
import { testPool } from '../../test/pool.ts';

/** One container serves up to two events at once, and four in all. */
const reuse = { serving: { kind: 'reuse' as const, inFlight: 2, events: 4 } };

describe.concurrent('an event', () => {
  test('goes to a prewarmed container', async ({ expect }) => {
    const { pool, conditions, submit } = testPool({ warmPool: 1 });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    expect(await submit().answer).toMatchObject({ startKind: 'prewarmed', phases: { run: expect.any(Number) } });
  });

  test('without a prewarmed container waits for a start, and is told which parts of it it paid for', async ({
    expect,
  }) => {
    const { startKind, phases } = await testPool().submit().answer;
    expect(startKind).toBe('cold');
    expect(Object.keys(phases)).toEqual(['queue', 'create', 'start', 'init', 'run']);
  });

  test('goes to a container in use, if the function allows reuse', async ({ expect }) => {
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
  }) => {
    const { hold, submit, pool } = testPool();
    const { invocation, release } = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    const second = await submit().answer;
    release();
    expect(second.containerId).not.toBe((await invocation.answer).containerId);
  });

  test('waits in the order of arrival while every place is taken', async ({ expect }) => {
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

  test('is refused when the queue is full', ({ expect }) => {
    const { submit } = testPool({ queue: { events: 1, megabytes: 1 }, concurrency: 1 }, { places: 0 });
    submit();
    expect(() => submit()).toThrow(expect.objectContaining({ type: 'TooManyRequestsException', retryAfterSeconds: 1 }));
  });

  test('is refused when the queue holds as many bytes as it may', ({ expect }) => {
    const { submit } = testPool({ queue: { events: 9, megabytes: 1 } }, { places: 0 });
    submit({ padding: 'x'.repeat(1_000_000) });
    expect(() => submit({ padding: 'x'.repeat(100_000) })).toThrow(expect.objectContaining({ status: 429 }));
  });

  test('whose caller leaves while it waits is forgotten', async ({ expect }) => {
    const { pool, submit } = testPool({}, { places: 0 });
    const invocation = submit();
    pool.abandon(invocation);
    await expect(invocation.answer).rejects.toThrow('The caller left before the event was served.');
    expect(pool.waiting).toBe(0);
  });

  test('is refused once the pool is being closed, and one in hand is finished', async ({ expect }) => {
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

describe.concurrent('containers', () => {
  test('are started only while waiting events outnumber starting ones', async ({ expect }) => {
    const { submit, engine, seen } = testPool({ concurrency: 9 }, { places: 9 });
    const answers = [submit(), submit(), submit()].map(({ answer }) => answer);
    await Promise.all(answers);
    await expect.poll(() => seen('container.gone').length).toBe(3);
    expect(engine.starts).toBe(3);
  });

  test('are not more than the function’s concurrency', async ({ expect }) => {
    const { hold, pool, engine } = testPool({ concurrency: 2 });
    const events = [hold(), hold(), hold(), hold()];
    await expect.poll(() => pool.waiting).toBe(2);
    expect(engine.starts).toBe(2);
    for (const { release } of events) release();
    await Promise.all(events.map(({ invocation }) => invocation.answer));
  });

  test('are not started while one in use will take the event sooner, but after 100 ms they are', async ({ expect }) => {
    const { hold, clock, pool, engine } = testPool({ ...reuse, serving: { ...reuse.serving, inFlight: 1 } });
    const first = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    const second = hold();
    clock.pass(99);
    expect(engine.starts).toBe(1);
    clock.pass(2);
    await expect.poll(() => pool.fleet.count('serving')).toBe(2);
    for (const { release, invocation } of [first, second]) {
      release();
      await invocation.answer;
    }
  });

  test('leave with status 0 after one event, if the function forbids reuse', async ({ expect }) => {
    const { submit, seen } = testPool();
    await submit().answer;
    await expect.poll(() => seen('container.gone')).toMatchObject([{ exit: { exitCode: 0 }, served: 1 }]);
  });

  test('leave after one event, if it is not crowded', async ({ expect }) => {
    const { submit, seen } = testPool(reuse);
    await submit().answer;
    await expect.poll(() => seen('container.gone')).toMatchObject([{ served: 1 }]);
  });

  test('stay for the next event while it is crowded, and leave 250 ms after', async ({ expect }) => {
    const { hold, submit, clock, conditions, seen } = testPool(reuse);
    const { invocation, release } = hold();
    await expect.poll(conditions).toEqual(['serving']);
    await submit().answer;
    release();
    await invocation.answer;
    await expect.poll(conditions).toEqual(['idle']);
    expect(await submit().answer).toMatchObject({ startKind: 'warm' });
    await expect.poll(conditions).toEqual(['idle']);
    clock.pass(251);
    await expect.poll(() => seen('container.gone')).toMatchObject([{ served: 3 }]);
  });

  test('leave when they have had as many events as one may', async ({ expect }) => {
    const { hold, submit, seen, conditions } = testPool({ serving: { kind: 'reuse', inFlight: 2, events: 2 } });
    const { invocation, release } = hold();
    await expect.poll(conditions).toEqual(['serving']);
    await submit().answer;
    release();
    await invocation.answer;
    await expect.poll(() => seen('container.gone')).toMatchObject([{ served: 2, exit: { exitCode: 0 } }]);
  });

  test('that are told to leave and stay are killed after two seconds', async ({ expect }) => {
    const { pool, clock, conditions, seen } = testPool({ warmPool: 1 }, { name: 'stays' });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    for (const each of pool.fleet) each.leave();
    expect(conditions()).toEqual(['leaving']);
    clock.pass(2_001);
    await expect.poll(() => seen('container.gone').length).toBe(1);
  });
});

describe.concurrent('the warm pool', () => {
  test('replaces a prewarmed container after one is taken, when the answer is out', async ({ expect }) => {
    const { pool, hold, clock, conditions, engine } = testPool({ warmPool: 1 });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    const { invocation, release } = hold();
    await expect.poll(conditions).toEqual(['serving']);
    release();
    await invocation.answer;
    await expect.poll(conditions).toEqual([]);
    expect(engine.starts).toBe(1);
    clock.pass(16);
    await expect.poll(conditions).toEqual(['prewarmed']);
  });

  test('replaces a taken container after 250 ms, if its answer takes longer', async ({ expect }) => {
    const { pool, hold, clock, conditions } = testPool({ warmPool: 1 });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    const { release } = hold();
    await expect.poll(conditions).toEqual(['serving']);
    clock.pass(251);
    await expect.poll(conditions).toEqual(['prewarmed', 'serving']);
    release();
  });

  test('is filled by the first event, and goes when nobody needs it for the idle timeout', async ({ expect }) => {
    const { submit, clock, conditions, seen } = testPool({ warmPool: 2 }, { idleTimeoutMs: 1_000 });
    await submit().answer;
    await expect.poll(() => seen('container.gone').length).toBe(1);
    clock.pass(16);
    await expect.poll(conditions).toEqual(['prewarmed', 'prewarmed']);
    clock.pass(1_000);
    await expect.poll(conditions).toEqual([]);
    expect(seen('container.gone').map(({ exit }) => exit)).toMatchObject([{}, { exitCode: 0 }, { exitCode: 0 }]);
  });

  test('is not refilled while it is crowded', async ({ expect }) => {
    const { pool, hold, submit, clock, conditions, engine } = testPool({ ...reuse, warmPool: 1 });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    const { invocation, release } = hold();
    await submit().answer;
    clock.pass(249);
    expect(engine.starts).toBe(1);
    release();
    await invocation.answer;
    clock.pass(300);
    await expect.poll(conditions).toEqual(['prewarmed']);
  });
});

describe.concurrent('an event whose container ends under it', () => {
  test('is tried again in another one, and its caller sees nothing of it', async ({ expect }) => {
    const { hold, pool, seen } = testPool();
    const { invocation, release } = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    for (const sandbox of pool.fleet) expect(sandbox.killAtWork()).toBe(1);
    await expect.poll(() => seen('invocation.retried')).toMatchObject([{ attempt: 2, reason: 'exit status 137' }]);
    release();
    expect((await invocation.answer).outcome.kind).toBe('result');
  });

  test('runs before all that wait', async ({ expect }) => {
    const { hold, pool, seen } = testPool({ concurrency: 1 });
    const [first, second] = [hold(), hold()];
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    for (const sandbox of pool.fleet) void sandbox.kill();
    for (const { release } of [first, second]) release();
    await second.invocation.answer;
    expect(seen('invocation.running').map(({ requestId }) => requestId)).toEqual([
      first.invocation.requestId,
      first.invocation.requestId,
      second.invocation.requestId,
    ]);
  });

  test('runs with none beside it', async ({ expect }) => {
    const { hold, submit, pool, seen } = testPool({ ...reuse, concurrency: 1 });
    const [first, second] = [hold(), hold()];
    await expect.poll(() => pool.fleet.find(({ inFlight }) => inFlight === 2)).toBeDefined();
    for (const sandbox of pool.fleet) void sandbox.kill();
    await expect.poll(() => seen('invocation.running').length).toBe(3);
    const late = submit();
    expect([...pool.fleet].map(({ inFlight }) => inFlight)).toEqual([1]);
    for (const { release } of [first, second]) release();
    await Promise.all([first, second].map(({ invocation }) => invocation.answer));
    expect((await late.answer).outcome.kind).toBe('result');
  });

  test('is answered with its container’s end after the third time', async ({ expect }) => {
    const { submit, engine } = testPool();
    const { outcome } = await submit({ do: 'exit', status: 9 }).answer;
    expect(JSON.parse(String(outcome.payload))).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/ended before it answered, 3 times: exit status 9$/),
    });
    expect(engine.starts).toBe(3);
  });

  test('takes no good neighbour along: that one is answered', async ({ expect }) => {
    const { hold, submit } = testPool({ ...reuse, concurrency: 1 });
    const { invocation, release } = hold();
    const deadly = submit({ do: 'exit', status: 9 });
    release();
    expect((await invocation.answer).outcome.kind).toBe('result');
    expect((await deadly.answer).outcome).toMatchObject({ errorType: 'Runtime.ExitError' });
  });
});

describe.concurrent('at its deadline an event', () => {
  test('in hand is a time-out, which its caller hears after the container is gone', async ({ expect }) => {
    const { hold, pool, clock, seen } = testPool();
    const { invocation } = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    clock.pass(5_001);
    const { outcome } = await invocation.answer;
    expect(outcome).toMatchObject({ errorType: 'Sandbox.Timedout', timedOut: true });
    expect(seen('container.gone').length).toBe(1);
  });

  test('in hand is a time-out also when the engine does not remove the container', async ({ expect }) => {
    let refuses = true;
    const remove = () => (refuses ? new Error('device or resource busy') : undefined);
    const { hold, pool, clock, seen } = testPool({}, { faults: { remove } });
    const { invocation } = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    clock.pass(5_001);
    expect((await invocation.answer).outcome).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(seen('container.failed')).toMatchObject([{ reason: 'not removed: device or resource busy' }]);
    refuses = false;
  });

  test('that waits is told that no container was free', async ({ expect }) => {
    const { submit, clock } = testPool({}, { places: 0 });
    const { answer } = submit();
    clock.pass(5_001);
    await expect(answer).rejects.toThrow('a-function was not run within 5000 ms: no container was free.');
  });

  test('that waits for a container which never asks is the function’s fault', async ({ expect }) => {
    const { submit, pool, clock } = testPool({}, { name: 'never-asks' });
    const { answer } = submit();
    await expect.poll(() => [...pool.fleet][0]?.containerId).toBeTruthy();
    clock.pass(4_999);
    clock.pass(2);
    expect((await answer).outcome).toMatchObject({ errorType: 'Runtime.InitTimeout', timedOut: true });
  });
});

describe.concurrent('starts that fail', () => {
  test('are tried again with growing pauses, and the event is answered', async ({ expect }) => {
    const start = (count: number) => (count < 3 ? new EngineError('unavailable', 'busy') : undefined);
    const { submit, clock, engine, pool } = testPool({}, { faults: { start } });
    const { answer } = submit();
    for (const starts of [1, 2]) {
      await expect.poll(() => [engine.starts, pool.health.isFine, pool.fleet.size]).toEqual([starts, false, 0]);
      clock.pass(pool.health.retryAt - clock.now() + 1);
    }
    expect((await answer).outcome.kind).toBe('result');
    expect(pool.health.isFine).toBe(true);
  });

  test('because of a missing image are not tried again: those who wait hear it now', async ({ expect }) => {
    const start = () => new EngineError('misconfigured', 'The image isn’t on this machine.');
    const { submit } = testPool({}, { faults: { start } });
    await expect(submit().answer).rejects.toMatchObject({ type: 'InternalFailure', status: 500 });
  });

  test('because the database is away are its fault, and those who wait go on waiting', async ({ expect }) => {
    const start = (count: number) => (count < 2 ? new DatabaseAway('no such container') : undefined);
    const { submit, clock, pool } = testPool({}, { faults: { start } });
    const { answer } = submit();
    await expect.poll(() => pool.health.platformsFault).toBe('the database is away');
    clock.pass(pool.health.retryAt - clock.now() + 1);
    expect((await answer).outcome.kind).toBe('result');
  });

  test('three times in a row by the function’s own doing are reported as its error', async ({ expect }) => {
    const { submit, clock, pool, engine } = testPool({}, { name: 'fails-at-start' });
    const { answer } = submit();
    for (const starts of [1, 2]) {
      await expect.poll(() => [engine.starts, pool.fleet.size]).toEqual([starts, 0]);
      clock.pass(pool.health.retryAt - clock.now() + 1);
    }
    expect((await answer).outcome).toMatchObject({ errorType: 'TypeError' });
  });

  test('by an exit before the first event are reported with the status', async ({ expect }) => {
    const { submit, clock, pool, engine } = testPool({}, { name: 'ends-at-start' });
    const { answer } = submit();
    for (const starts of [1, 2]) {
      await expect.poll(() => [engine.starts, pool.fleet.size]).toEqual([starts, 0]);
      clock.pass(pool.health.retryAt - clock.now() + 1);
    }
    expect(String((await answer).outcome.payload)).toMatch(/Runtime exited during init: exit status 3/);
  });

  test('are not counted when a prewarmed container is removed by hand, but the next start waits a little', async ({
    expect,
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
  test('is not given to the caller: the event waits for it', async ({ expect }) => {
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

  test('leaves at once when it has nothing in hand', async ({ expect }) => {
    const { faults, withdraw } = withdrawing();
    const { pool, conditions, seen } = testPool({ warmPool: 1 }, { faults });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    withdraw();
    await expect.poll(() => seen('container.gone')).toMatchObject([{ exit: { exitCode: 0 } }]);
  });

  test('finishes what it has in hand, and gets nothing new', async ({ expect }) => {
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
