import { expect, it } from 'vitest';
import { phasesFrom } from './phases.ts';

it('has the phases of an invocation in a receipt, in milliseconds', () => {
  expect(phasesFrom('queue;dur=0.1, create;dur=12, start;dur=48.5, init;dur=31, run;dur=5')).toEqual({
    ...{ queueMs: 0.1, createMs: 12, startMs: 48.5, initMs: 31, runMs: 5 },
  });
  expect(phasesFrom(undefined)).toEqual({});
});
