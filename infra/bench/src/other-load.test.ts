import { expect, it } from 'vitest';
import { OtherLoad } from './other-load.ts';

/** What is seen of the processors, look by look. */
const seeing = (...shares: number[]) => new OtherLoad(() => () => shares.shift() ?? 1);

it('is the mean of what others used whenever nothing of ours did', async () => {
  const load = seeing(0.1, 0.5);
  await load.still(1);
  await load.still(1);
  expect(load.take()).toBeCloseTo(0.3);
});

it('does not count what of ours was still ending: the calmest look does', async () => {
  expect(await seeing(0.9, 0.4, 0.02, 0.8).calmest()).toBe(0.02);
});

it('sees a machine that works as one that works', async () => {
  const load = new OtherLoad();
  const looking = load.still(200);
  const until = performance.now() + 150;
  while (performance.now() < until);
  await looking;
  expect(load.take()).toBeGreaterThan(0.1);
});
