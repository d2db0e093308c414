import { describe } from 'vitest';
import { test } from '../../test/pool.ts';

/** One container serves up to two events at once, and four in all. */
const reuse = { serving: { kind: 'reuse' as const, inFlight: 2, events: 4 } };

describe.concurrent('containers', () => {
  test('are started only while waiting events outnumber starting ones', async ({ expect, testPool }) => {
    const { submit, engine, seen } = testPool({ concurrency: 9 }, { places: 9 });
    const answers = [submit(), submit(), submit()].map(({ answer }) => answer);
    await Promise.all(answers);
    await expect.poll(() => seen('container.gone').length).toBe(3);
    expect(engine.starts).toBe(3);
  });

  test('are not more than the function’s concurrency', async ({ expect, testPool }) => {
    const { hold, pool, engine } = testPool({ concurrency: 2 });
    const events = [hold(), hold(), hold(), hold()];
    await expect.poll(() => pool.waiting).toBe(2);
    expect(engine.starts).toBe(2);
    for (const { release } of events) release();
    await Promise.all(events.map(({ invocation }) => invocation.answer));
  });

  test('are not started while one in use will take the event sooner, but once it has waited as long as a start takes', async ({
    expect,
    testPool,
  }) => {
    const oneByOne = { ...reuse, serving: { ...reuse.serving, inFlight: 1 } };
    const { hold, clock, pool, engine } = testPool(oneByOne, { startMs: 150 });
    const first = hold();
    await expect.poll(() => pool.fleet.count('serving')).toBe(1);
    const second = hold();
    clock.pass(149);
    expect(engine.starts).toBe(1);
    clock.pass(2);
    await expect.poll(() => pool.fleet.count('serving')).toBe(2);
    for (const { release, invocation } of [first, second]) {
      release();
      await invocation.answer;
    }
  });

  test('leave with status 0 after one event, if the function forbids reuse', async ({ expect, testPool }) => {
    const { submit, seen } = testPool();
    await submit().answer;
    await expect.poll(() => seen('container.gone')).toMatchObject([{ exit: { exitCode: 0 }, served: 1 }]);
  });

  test('leave after one event, if it is not crowded', async ({ expect, testPool }) => {
    const { submit, seen } = testPool(reuse);
    await submit().answer;
    await expect.poll(() => seen('container.gone')).toMatchObject([{ served: 1 }]);
  });

  test('stay for the next event while it is crowded, and leave 250 ms after', async ({ expect, testPool }) => {
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

  test('are reused when events arrive more quickly than starts can follow, and leave seconds after', async ({
    expect,
    testPool,
  }) => {
    const many = { serving: { kind: 'reuse' as const, inFlight: 4, events: 100 }, warmPool: 1, deadlineMs: 60_000 };
    const { submit, clock, conditions, engine, seen } = testPool(many, { places: 2, startMs: 150 });
    const kinds: string[] = [];
    for (let sent = 0; sent < 30; sent += 1) {
      kinds.push((await submit().answer).startKind);
      clock.pass(50);
    }
    const before = engine.starts;
    expect(kinds.slice(-10)).toEqual(Array(10).fill('warm'));
    await expect.poll(conditions).toContain('idle');
    expect(seen('reuse.began')).toHaveLength(1);
    expect(seen('reuse.ended')).toEqual([]);
    clock.pass(4_000);
    await expect.poll(conditions).not.toContain('idle');
    expect(seen('reuse.ended')).toHaveLength(1);
    expect(before).toBeLessThan(12);
  });

  test('stay after their event until another one is ready, when it was not the only one lately', async ({
    expect,
    testPool,
  }) => {
    const { submit, clock, conditions } = testPool({ ...reuse, warmPool: 1 }, { startMs: 0 });
    await submit().answer;
    await expect.poll(conditions).toEqual([]);
    await submit().answer;
    await expect.poll(conditions).toEqual(['idle']);
    clock.pass(16);
    await expect.poll(conditions).toEqual(['prewarmed']);
  });

  test('are never reused, if the function forbids it, however quickly events arrive', async ({ expect, testPool }) => {
    const { submit, clock, seen } = testPool({ warmPool: 1, deadlineMs: 60_000 }, { startMs: 150 });
    for (let sent = 0; sent < 20; sent += 1) {
      expect((await submit().answer).startKind).not.toBe('warm');
      clock.pass(50);
    }
    expect(seen('container.gone').every(({ served }) => served <= 1)).toBe(true);
    expect(seen('reuse.began')).toEqual([]);
  });

  test('leave when they have had as many events as one may', async ({ expect, testPool }) => {
    const { hold, submit, seen, conditions } = testPool({ serving: { kind: 'reuse', inFlight: 2, events: 2 } });
    const { invocation, release } = hold();
    await expect.poll(conditions).toEqual(['serving']);
    await submit().answer;
    release();
    await invocation.answer;
    await expect.poll(() => seen('container.gone')).toMatchObject([{ served: 2, exit: { exitCode: 0 } }]);
  });

  test('that are told to leave and stay are killed after two seconds', async ({ expect, testPool }) => {
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
  test('replaces a prewarmed container after one is taken, when the answer is out', async ({ expect, testPool }) => {
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

  test('replaces a taken container after 250 ms, if its answer takes longer', async ({ expect, testPool }) => {
    const { pool, hold, clock, conditions } = testPool({ warmPool: 1 });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    const { release } = hold();
    await expect.poll(conditions).toEqual(['serving']);
    clock.pass(251);
    await expect.poll(conditions).toEqual(['prewarmed', 'serving']);
    release();
  });

  test('is filled by the first event, and goes when nobody needs it for the idle timeout', async ({
    expect,
    testPool,
  }) => {
    const { submit, clock, conditions, seen } = testPool({ warmPool: 2 }, { idleTimeoutMs: 1_000 });
    await submit().answer;
    await expect.poll(() => seen('container.gone').length).toBe(1);
    clock.pass(16);
    await expect.poll(conditions).toEqual(['prewarmed', 'prewarmed']);
    clock.pass(1_000);
    await expect.poll(conditions).toEqual([]);
    expect(seen('container.gone').map(({ exit }) => exit)).toMatchObject([{}, { exitCode: 0 }, { exitCode: 0 }]);
  });

  test('is not refilled while it is crowded', async ({ expect, testPool }) => {
    const { pool, hold, submit, clock, conditions, engine } = testPool({ ...reuse, warmPool: 1 });
    pool.prewarm();
    await expect.poll(conditions).toEqual(['prewarmed']);
    const { invocation, release } = hold();
    await submit().answer;
    clock.pass(249);
    expect(engine.starts).toBe(1);
    release();
    await invocation.answer;
    expect(conditions()).not.toContain('prewarmed');
    clock.pass(300);
    await expect.poll(conditions).toContain('prewarmed');
  });
});
