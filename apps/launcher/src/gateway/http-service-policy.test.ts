import { describe, expect, test } from 'vitest';
import {
  afterFailure,
  leastLoaded,
  needed,
  nextStep,
  type Seen,
  type Situation,
  unneeded,
} from './http-service-policy.ts';

type Kind = Seen['state']['kind'];
const replica = (kind: Kind, inFlight = 0): Seen => ({ state: { kind }, inFlight });
/** A service of up to three replicas with two requests each, at 1,000 ms. */
const service = (replicas: Seen[] = [], differences: Partial<Situation<Seen>> = {}): Situation<Seen> => ({
  ...{ now: 1_000, replicas, limits: { replicas: 3, requestsPerReplica: 2 }, failing: undefined },
  ...differences,
});
const error = new Error('no such image');
const failing = (failures: number, retryAt: number) => ({ failing: { error, failures, retryAt } });
const [starting, ready, resting, draining, gone] = [
  replica('starting'),
  replica('ready', 2),
  replica('resting', 1),
  replica('draining', 1),
  replica('gone'),
];
const full = [replica('ready', 3)];

describe('the next step', () => {
  test.each<[string, Situation<Seen>, ReturnType<typeof nextStep>]>([
    ['with nothing there: a start', service(), { kind: 'start' }],
    [
      'while one is starting: waiting for it, however many ask',
      service([starting]),
      { kind: 'wait for the start', replica: starting },
    ],
    ['with as many ready as are needed: none', service([ready]), { kind: 'none' }],
    ['with more in flight than the ready ones take: a start', service(full), { kind: 'start' }],
    ['one start at a time', service([...full, starting]), { kind: 'none' }],
    [
      'bringing back one that rests, rather than a start',
      service([...full, resting]),
      { kind: 'bring back', replica: resting },
    ],
    [
      'bringing back one that rests when no other is there',
      service([resting]),
      { kind: 'bring back', replica: resting },
    ],
    [
      'with every place taken, draining ones included: none, when one is ready',
      service([replica('ready', 9), draining, draining]),
      { kind: 'none' },
    ],
    [
      'with every place taken by draining ones: stopping all',
      service([draining, draining, draining]),
      { kind: 'stop all' },
    ],
    ['beside one that drains: a start', service([draining]), { kind: 'start' }],
    ['beside one that is being removed: a start', service([gone]), { kind: 'start' }],
    ['after a start that failed: a pause', service([], failing(1, 1_250)), { kind: 'pause', ms: 250 }],
    ['after the pause: a start', service([], failing(5, 1_000)), { kind: 'start' }],
    ['during the pause after three failures: the error', service([], failing(3, 1_250)), { kind: 'fail', error }],
    ['during the pause: none, when one is ready', service(full, failing(3, 1_250)), { kind: 'none' }],
  ])('%s', (_title, given, expected) => expect(nextStep(given)).toEqual(expected));
});

test('a request goes to the ready replica with the fewest requests in flight', () => {
  const [two, one, none] = [replica('ready', 2), replica('ready', 1), replica('resting', 0)];
  expect(leastLoaded([two, one, none])).toBe(one);
  expect(leastLoaded([none, starting, draining])).toBeUndefined();
});

test.each([
  [[], 1],
  [[0], 1],
  [[2], 1],
  [[3], 2],
  [[1, 4], 3],
])('requests in flight %j need %d replicas', (inFlight, count) => {
  const { limits } = service();
  expect(needed({ limits, replicas: inFlight.map((requests) => replica('ready', requests)) })).toBe(count);
});

describe('the replica that is not needed', () => {
  const idle = replica('ready', 0);
  const busy = replica('ready', 1);
  test.each<[string, Seen[], number[], Seen | undefined]>([
    [
      'is the least loaded when so many were last needed longer ago than the timeout',
      [busy, idle],
      [0, 990, 900],
      idle,
    ],
    ['is none before the timeout', [busy, idle], [0, 990, 901], undefined],
    ['is the last one, when nobody has asked for the timeout', [idle], [0, 900], idle],
    ['is never the last one while it has requests', [busy], [0, 0], undefined],
    ['is none that starts or drains', [starting, draining], [0, 0, 0], undefined],
    ['may have requests left, beside another', [busy, busy], [0, 990, 900], busy],
  ])('%s', (_title, replicas, neededAt, expected) => expect(unneeded(service(replicas), neededAt, 100)).toBe(expected));
});

test('pauses double after each start that failed, up to five seconds', () => {
  const pauses: number[] = [];
  for (let state: ReturnType<typeof afterFailure> | undefined; pauses.length < 7; ) {
    state = afterFailure(state, error, 1_000, 1);
    pauses.push(state.retryAt - 1_000);
  }
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});
