import { expect, test } from 'vitest';
import { phasesIn, serverTimingOf } from './server-timing.ts';

test('phases are read as they were written', () => {
  const phases = { queue: 0.1, create: 12, start: 48.5, init: 31, run: 5 };
  expect(serverTimingOf(phases)).toBe(
    'queue;dur=0.10, create;dur=12.00, start;dur=48.50, init;dur=31.00, run;dur=5.00',
  );
  expect(phasesIn(serverTimingOf(phases))).toEqual(phases);
});

test('functions that were called follow, twenty at most, and are no phases', () => {
  const header = serverTimingOf({ run: 5 }, [{ name: 'run', ms: 1.234 }]);
  expect(header).toBe('run;dur=5.00, call;desc="run";dur=1.23');
  expect(phasesIn(header)).toEqual({ run: 5 });
  expect(serverTimingOf({}, Array(100).fill({ name: 'a', ms: 1 })).split(', ')).toHaveLength(20);
});

test('a phase that was not paid for is absent', () => {
  expect(serverTimingOf({ run: 5 })).toBe('run;dur=5.00');
  expect(phasesIn('run;dur=5')).toEqual({ run: 5 });
  expect([phasesIn(''), phasesIn(null), phasesIn(undefined)]).toEqual([{}, {}, {}]);
});

test('a metric may have a description and quotes', () => {
  expect(phasesIn('run;desc="the handler";dur="5"')).toEqual({ run: 5 });
});

test.each(['run', 'run;dur', 'run;dur=', 'run;dur=x', 'run;dur=-1', 'toString;dur=1', 'nap;dur=1', ';,;;'])(
  'no phase is made up from "%s"',
  (header) => {
    expect(phasesIn(header)).toEqual({});
  },
);
