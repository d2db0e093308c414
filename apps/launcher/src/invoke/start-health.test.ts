import { expect, test } from 'vitest';
import { ManualClock } from '../../test/manual-clock.ts';
import { StartHealth } from './start-health.ts';

test('starts that fail because the database is away are its fault, and those who wait go on waiting until one succeeds', () => {
  const health = new StartHealth(new ManualClock());
  const end = {
    kind: 'init-failed',
    errorType: 'DatabaseUnavailable',
    message: 'The database is away: ENOENT',
  } as const;
  for (let start = 0; start < 5; start += 1) expect(health.judge(end, false)).toEqual({ kind: 'go-on' });
  expect(health.platformsFault).toBe('the database is away');
  expect(health.learnFrom({ kind: 'result', payload: Buffer.from('{}') })).toBe('answer');
  expect([health.isFine, health.platformsFault]).toEqual([true, undefined]);
});
