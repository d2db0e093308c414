import { expect, test } from 'vitest';
import { StartLimiter } from './start-limiter.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('allows as many starts as it has slots', async () => {
  const limiter = new StartLimiter(2);
  let inside = 0;
  const leave: (() => void)[] = [];
  for (let i = 0; i < 5; i += 1) {
    limiter.enter('refill').then((giveBack) => {
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
  const leave = await limiter.enter('waited-for');
  for (const urgency of ['refill', 'waited-for', 'refill', 'waited-for'] as const) {
    limiter.enter(urgency).then((giveBack) => {
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
  const giveBack = await limiter.enter('refill');
  giveBack();
  giveBack();
  await limiter.enter('refill');
  let second = false;
  limiter.enter('refill').then(() => {
    second = true;
  });
  await settled();
  expect(second).toBe(false);
});
