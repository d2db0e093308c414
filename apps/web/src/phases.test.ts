import { describe, expect, it } from 'vitest';
import { phasesFrom } from './phases.ts';

describe('the phases of an invocation', () => {
  it('are read from Server-Timing', () => {
    expect(phasesFrom('queue;dur=0.1, create;dur=12, start;dur=48.5, init;dur=31, run;dur=5')).toEqual({
      queueMs: 0.1,
      createMs: 12,
      startMs: 48.5,
      initMs: 31,
      runMs: 5,
    });
  });
  it('are absent where there was nothing to wait for', () => {
    expect(phasesFrom('run;dur=5')).toEqual({ runMs: 5 });
    expect(phasesFrom('')).toEqual({});
    expect(phasesFrom(undefined)).toEqual({});
  });
  it('may have descriptions and quotes', () => {
    expect(phasesFrom('run;desc="the handler";dur="5"')).toEqual({ runMs: 5 });
  });
  it.each(['run', 'run;dur', 'run;dur=', 'run;dur=x', 'run;dur=-1', 'toString;dur=1', 'nap;dur=1', ';,;;'])(
    'are not made up from "%s"',
    (header) => {
      expect(phasesFrom(header)).toEqual({});
    },
  );
});
