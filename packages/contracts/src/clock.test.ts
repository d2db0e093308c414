import { expect, test, vi } from 'vitest';
import { EarliestTimer, systemClock } from './clock.ts';

test('a time that has passed is at once, without a warning', async () => {
  const warn = vi.spyOn(process, 'emitWarning');
  await new Promise<void>((resolve) => systemClock.after(-5, resolve));
  await new Promise<void>((resolve) => new EarliestTimer(resolve).set(systemClock.now() - 5));
  expect(warn).not.toHaveBeenCalled();
});
