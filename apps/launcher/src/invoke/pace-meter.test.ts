import { expect, test } from 'vitest';
import { PaceMeter } from './pace-meter.ts';
import { reuseForMs } from './scaling-policy.ts';

/** Events at a steady rate for ten seconds. @returns the meter, and when the last came */
function steady(eventsPerSecond: number, meter = new PaceMeter(2)) {
  let now = 0;
  for (; now < 10_000; now += 1_000 / eventsPerSecond) meter.arrived(now);
  return { meter, now };
}

test.each([1, 2, 5])('measures %i events a second', (rate) => {
  const { meter, now } = steady(rate);
  const measured = meter.at(now).eventsPerSecond;
  expect(measured).toBeGreaterThan(rate * 0.75);
  expect(measured).toBeLessThan(rate * 1.25);
});

test('forgets events within seconds', () => {
  const { meter, now } = steady(5);
  expect(meter.at(now + 10_000).eventsPerSecond).toBeLessThan(0.05);
});

test('counts a burst as three times what starts can follow, so that its end is noticed soon', () => {
  const meter = new PaceMeter(2);
  for (let event = 0; event < 3_000; event += 1) meter.arrived(0);
  const { eventsPerSecond, startsPerSecond } = meter.at(0);
  expect(eventsPerSecond).toBeCloseTo(3 * startsPerSecond);
});

test('the budget for starts is what a third of the cores can start, as long as starts take now', () => {
  expect(new PaceMeter(8).at(0).startsPerSecond).toBeCloseTo(14);
  const meter = new PaceMeter(2);
  expect(meter.at(0).startsPerSecond).toBeCloseTo(3.5);
  meter.started(400);
  expect(meter.at(0)).toMatchObject({ startMs: 400, startsPerSecond: 1.75 });
});

test('starts that compete with others do not count as more costly', () => {
  const meter = new PaceMeter(2);
  for (const tookMs of [400, 410, 140, 390]) meter.started(tookMs);
  expect(meter.at(0)).toMatchObject({ startMs: 140, startsPerSecond: 5 });
});

/** The share of events that come while containers are reused, of four thousand at random moments (Poisson), when a start takes this long. */
function reusedShare(rate: number, startMs: number): number {
  const meter = new PaceMeter(2);
  for (let start = 0; start < 8; start += 1) meter.started(startMs);
  let [seed, now, reusedUntil, reused] = [1, 0, 0, 0];
  for (let event = 0; event < 4_000; event += 1) {
    seed = (seed * 16_807) % 2_147_483_647;
    now -= (1_000 / rate) * Math.log(seed / 2_147_483_647);
    if (now < reusedUntil) reused += 1;
    reusedUntil = Math.max(reusedUntil, now + reuseForMs(meter.arrived(now)));
  }
  return reused / 4_000;
}

/** The events that an idle function takes until one of them begins reuse. */
function eventsUntilReuse(everyMs: number): number {
  const meter = new PaceMeter(2);
  for (let event = 1; event < 1_000; event += 1)
    if (reuseForMs(meter.arrived(60_000 + event * everyMs)) > 0) return event;
  return Number.POSITIVE_INFINITY;
}

test('two seconds’ starts are saved: the eighth event of a crowd begins reuse, of ten or five a second a later one', () => {
  expect([0, 100, 200, 500].map(eventsUntilReuse)).toEqual([8, 11, 22, Number.POSITIVE_INFINITY]);
});

test('99 in 100 events have a container of their own at two a second, and fewer the more there are', () => {
  const shares = [1, 2, 5, 10, 20].map((rate) => reusedShare(rate, 200));
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares[1]).toBeLessThan(0.01);
  expect(shares.at(-1)).toBeGreaterThan(0.95);
});

test('a machine on which starts take three times as long reuses containers at a third of the rate', () => {
  expect(reusedShare(2, 150)).toBeLessThan(0.001);
  expect(reusedShare(2, 450)).toBeGreaterThan(0.5);
});
