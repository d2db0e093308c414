import { describe, expect, test } from 'vitest';
import {
  isStillWanted,
  type Pace,
  refills,
  reuseForMs,
  type Situation,
  startsForWaiting,
  staysUntil,
  WINDOW_MS,
  warmPool,
} from './scaling-policy.ts';

/** Two cores that can follow four events a second. */
const pace = (eventsPerSecond = 0, savedStarts = 0): Pace => ({
  ...{ eventsPerSecond, startsPerSecond: 4, savedStarts, startMs: 185 },
});

/** A function that nobody uses, at 1,000 ms. */
const situation = (differences: Partial<Situation> = {}): Situation => ({
  ...{ now: 1_000, limits: { concurrency: 10, warmPool: 2 }, pace: pace(), isClosing: false },
  ...{ waiting: 0, first: undefined, containers: 0, starting: 0, prewarmed: 0, hasReusable: false },
  ...{ startsWork: true, startsAgainAt: 0, warmUntil: 60_000, refillAt: undefined, crowdedUntil: 0 },
  ...differences,
});
/** So many events wait, the first of them since `arrivedAt`. */
const waiting = (count: number, differences: Partial<Situation> = {}, arrivedAt = 1_000) =>
  situation({ waiting: count, first: { arrivedAt, alone: false }, ...differences });

describe('starts for waiting events', () => {
  test.each<[string, Situation, ReturnType<typeof startsForWaiting>]>([
    ['no event waits: none', situation(), { kind: 'none' }],
    ['one for each event', waiting(3), { kind: 'now', count: 3 }],
    [
      'only as many as outnumber the containers that start',
      waiting(3, { starting: 2, containers: 2 }),
      { kind: 'now', count: 1 },
    ],
    ['none when as many start as events wait', waiting(2, { starting: 2, containers: 2 }), { kind: 'none' }],
    ['within the concurrency of the function', waiting(5, { containers: 8 }), { kind: 'now', count: 2 }],
    ['none beyond the concurrency', waiting(5, { containers: 10 }), { kind: 'none' }],
    [
      'not while a container in use takes the event sooner',
      waiting(1, { hasReusable: true, containers: 1 }),
      { kind: 'later', at: 1_185 },
    ],
    [
      'but when it has waited as long as a start takes',
      waiting(1, { hasReusable: true, containers: 1 }, 815),
      { kind: 'now', count: 1 },
    ],
    [
      'at once for an event that has to run alone',
      waiting(1, { hasReusable: true, containers: 1, first: { arrivedAt: 1_000, alone: true } }),
      { kind: 'now', count: 1 },
    ],
    ['one at a time after a start that failed', waiting(4, { startsWork: false }), { kind: 'now', count: 1 }],
    ['none while that one is tried', waiting(4, { startsWork: false, starting: 1, containers: 1 }), { kind: 'none' }],
    [
      'not before the pause after a failure is over',
      waiting(4, { startsWork: false, startsAgainAt: 1_300 }),
      { kind: 'later', at: 1_300 },
    ],
  ])('%s', (_title, given, expected) => expect(startsForWaiting(given)).toEqual(expected));
});

describe('refills of the warm pool', () => {
  const due = (differences: Partial<Situation> = {}) => situation({ refillAt: 1_000, ...differences });
  test.each<[string, Situation, ReturnType<typeof refills>]>([
    ['what is missing', due(), { kind: 'now', count: 2 }],
    ['less what is ready or starting', due({ prewarmed: 1, starting: 1, containers: 2 }), { kind: 'none' }],
    ['none that nobody asked for', situation(), { kind: 'none' }],
    ['not before they are due', due({ refillAt: 1_015 }), { kind: 'later', at: 1_015 }],
    ['not while it is crowded', due({ crowdedUntil: 1_250 }), { kind: 'later', at: 1_250 }],
    ['none when the function has not been needed for the idle timeout', due({ warmUntil: 1_000 }), { kind: 'none' }],
    ['none while the pool is being closed', due({ isClosing: true }), { kind: 'none' }],
    ['within the concurrency of the function', due({ containers: 9 }), { kind: 'now', count: 1 }],
  ])('%s', (_title, given, expected) => expect(refills(given)).toEqual(expected));
});

describe('a start that had to wait for its turn', () => {
  test.each<[string, Situation, boolean]>([
    ['is made while more events wait than containers start', waiting(1), true],
    ['is made while the warm pool is not full', situation({ prewarmed: 1 }), true],
    ['is not made when its event was served meanwhile and the warm pool is full', situation({ prewarmed: 2 }), false],
    ['is not made for the warm pool of a pool that is being closed', situation({ isClosing: true }), false],
    ['is not made during the pause after a failure', waiting(1, { startsAgainAt: 1_001 }), false],
  ])('%s', (_title, given, expected) => expect(isStillWanted(given)).toBe(expected));
});

describe('a container without events in hand stays', () => {
  const given = situation({ crowdedUntil: 1_250 });
  test.each<[string, Parameters<typeof staysUntil>[1], number]>([
    ['in the warm pool until the idle timeout', { kind: 'prewarmed', rank: 2 }, 60_000],
    ['not beyond the size of the warm pool', { kind: 'prewarmed', rank: 3 }, 0],
    ['after serving, while it is crowded', { kind: 'idle', isReusable: true }, 1_250],
    ['not after serving, if it may not serve again', { kind: 'idle', isReusable: false }, 0],
  ])('%s', (_title, container, until) => expect(staysUntil(given, container)).toBe(until));
});

describe('a container that has served, while no other is ready, stays', () => {
  const idle = { kind: 'idle', isReusable: true } as const;
  test.each<[string, Situation, number]>([
    ['until one is, when several events have come lately', situation({ pace: pace(1) }), 60_000],
    ['not when one is', situation({ pace: pace(1), prewarmed: 1 }), 0],
    ['not when its event was the only one', situation({ pace: pace(0.5) }), 0],
    [
      'not when the function has no warm pool',
      situation({ pace: pace(1), limits: { concurrency: 10, warmPool: 0 } }),
      0,
    ],
  ])('%s', (_title, given, until) => expect(staysUntil(given, idle)).toBe(until));
});

describe('reuse', () => {
  test('is not called for while starts are saved, however quickly events arrive', () => {
    expect(reuseForMs(pace(2))).toBe(0);
    expect(reuseForMs(pace(40, 0))).toBe(0);
  });

  test('lasts until the rate has fallen below 70 % of what starts can follow', () => {
    const lasts = reuseForMs(pace(8, -0.5));
    expect(8 * Math.exp(-lasts / WINDOW_MS)).toBeCloseTo(0.7 * 4);
  });

  test('is over at once when the rate has fallen below that', () => expect(reuseForMs(pace(2.5, -0.5))).toBe(0));
});

describe('the warm pool', () => {
  test.each([
    ['has its size in the catalog when nobody comes', 0, 2],
    ['has it at one event a second', 1, 2],
    ['is larger when more events may come during one start', 2, 3],
    ['is larger by two at the most', 40, 4],
  ])('%s', (_title, rate, size) => expect(warmPool(2, pace(rate))).toBe(size));

  test('keeps what was needed until half the rate that called for it has gone, looking again twice a second', () => {
    const third = { kind: 'prewarmed', rank: 3 } as const;
    expect(staysUntil(situation({ pace: pace(1) }), third)).toBe(1_500);
    expect(staysUntil(situation({ pace: pace(0.5) }), third)).toBe(0);
  });

  test('does not grow for a single event, however long starts take', () =>
    expect(warmPool(1, { eventsPerSecond: 0.5, startsPerSecond: 0.7, savedStarts: 0, startMs: 1_000 })).toBe(1));

  test('stays empty for a function that has none', () => expect(warmPool(0, pace(4))).toBe(0));
});
