import { describe } from 'vitest';
import { test } from '../../test/pool.ts';

/** One container serves up to two events at once, and four in all. */
const reuse = { serving: { kind: 'reuse' as const, inFlight: 2, events: 4 } };

describe.concurrent('an event whose container ends under it', () => {
  test('is tried again in another one, and its caller sees nothing of it', async ({ expect, testPool }) => {
    const { hold, pool, seen } = testPool();
    const { invocation, release } = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    for (const sandbox of pool.fleet) expect(sandbox.killAtWork()).toBe(1);
    await expect.poll(() => seen('invocation.retried')).toMatchObject([{ attempt: 2, reason: 'exit status 137' }]);
    release();
    expect((await invocation.answer).outcome.kind).toBe('result');
  });

  test('runs before all that wait', async ({ expect, testPool }) => {
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

  test('runs with none beside it', async ({ expect, testPool }) => {
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

  test('is answered with its container’s end after the third time', async ({ expect, testPool }) => {
    const { submit, engine } = testPool();
    const { outcome } = await submit({ do: 'exit', status: 9 }).answer;
    expect(JSON.parse(String(outcome.payload))).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/ended before it answered, 3 times: exit status 9$/),
    });
    expect(engine.starts).toBe(3);
  });

  test('takes no good neighbour along: that one is answered', async ({ expect, testPool }) => {
    const { hold, submit } = testPool({ ...reuse, concurrency: 1 });
    const { invocation, release } = hold();
    const deadly = submit({ do: 'exit', status: 9 });
    release();
    expect((await invocation.answer).outcome.kind).toBe('result');
    expect((await deadly.answer).outcome).toMatchObject({ errorType: 'Runtime.ExitError' });
  });
});

describe.concurrent('at its deadline an event', () => {
  test('in hand is a time-out, which its caller hears after the container is gone', async ({ expect, testPool }) => {
    const { hold, pool, clock, seen } = testPool();
    const { invocation } = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    clock.pass(5_001);
    const { outcome } = await invocation.answer;
    expect(outcome).toMatchObject({ errorType: 'Sandbox.Timedout', timedOut: true });
    expect(seen('container.gone').length).toBe(1);
  });

  test('in hand is a time-out also when the engine does not remove the container', async ({ expect, testPool }) => {
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

  test('that waits is told that no container was free', async ({ expect, testPool }) => {
    const { submit, clock } = testPool({}, { places: 0 });
    const { answer } = submit();
    clock.pass(5_001);
    await expect(answer).rejects.toThrow('a-function was not run within 5000 ms: no container was free.');
  });

  test('that waits for a container which never asks is the function’s fault', async ({ expect, testPool }) => {
    const { submit, pool, clock } = testPool({}, { name: 'never-asks' });
    const { answer } = submit();
    await expect.poll(() => [...pool.fleet][0]?.containerId).toBeTruthy();
    clock.pass(4_999);
    clock.pass(2);
    expect((await answer).outcome).toMatchObject({ errorType: 'Runtime.InitTimeout', timedOut: true });
  });
});
