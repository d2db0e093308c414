import { expect, test } from 'vitest';
import { ManualClock } from '../../test/manual-clock.ts';
import { StartLimiter } from './start-limiter.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('allows as many starts as it has slots', async () => {
  const limiter = new StartLimiter(2);
  let inside = 0;
  const leave: (() => void)[] = [];
  for (let i = 0; i < 5; i += 1) {
    limiter.enter('refill', 'a').then((giveBack) => {
      inside += 1;
      leave.push(giveBack);
    });
  }
  await settled();
  expect(inside).toBe(2);
  leave.shift()?.();
  await settled();
  expect(inside).toBe(3);
});

test('starts for waiting events go before refills', async () => {
  const limiter = new StartLimiter(1);
  const order: string[] = [];
  const leave = await limiter.enter('waited-for', 'a');
  for (const urgency of ['refill', 'waited-for', 'refill', 'waited-for'] as const) {
    limiter.enter(urgency, 'a').then((giveBack) => {
      order.push(urgency);
      giveBack();
    });
  }
  leave();
  await settled();
  expect(order).toEqual(['waited-for', 'waited-for', 'refill', 'refill']);
});

test('releasing a slot twice frees only one', async () => {
  const limiter = new StartLimiter(1);
  const giveBack = await limiter.enter('refill', 'a');
  giveBack();
  giveBack();
  await limiter.enter('refill', 'a');
  let second = false;
  limiter.enter('refill', 'a').then(() => {
    second = true;
  });
  await settled();
  expect(second).toBe(false);
});

test('a flood of starts of one function does not hold up the next one of another', async () => {
  const limiter = new StartLimiter(2);
  const order: string[] = [];
  for (const name of ['a', 'a', 'a', 'a', 'b', 'b'])
    limiter.enter('waited-for', name).then((giveBack) => {
      order.push(name);
      setImmediate(giveBack);
    });
  await expect.poll(() => limiter.inProgress + limiter.waiting).toBe(0);
  expect(order).toEqual(['a', 'a', 'b', 'a', 'b', 'a']);
});

test('a start that never ends gives its slot back after five seconds', async () => {
  const clock = new ManualClock();
  const limiter = new StartLimiter(1, clock);
  const giveBack = await limiter.enter('waited-for', 'hangs');
  const next = limiter.enter('waited-for', 'works');
  await settled();
  clock.pass(4_990);
  expect(limiter.waiting).toBe(1);
  clock.pass(20);
  (await next)();
  giveBack();
  expect([limiter.inProgress, limiter.waiting]).toEqual([0, 0]);
});
