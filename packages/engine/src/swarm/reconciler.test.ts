import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Reconciler } from './reconciler.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A reconciler, and the times of its steps in milliseconds from now. */
function reconciler(step: (steps: number) => number | 'settled' | Error, atOnce = false) {
  const start = performance.now();
  const steps: number[] = [];
  const made = new Reconciler({
    async step() {
      steps.push(Math.round(performance.now() - start));
      const result = step(steps.length);
      if (result instanceof Error) throw result;
      return result;
    },
    failed: (_error, failures) => atOnce && failures === 1,
  });
  return { reconciler: made, steps };
}

test('rests until something changes, and again when it is settled', async () => {
  const { reconciler: one, steps } = reconciler(() => 'settled');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(steps).toEqual([]);
  one.changed();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(steps).toEqual([1_000]);
});

test('looks again after the time that a step names, or as soon as something changes', async () => {
  const { reconciler: one, steps } = reconciler((count) => (count === 4 ? 'settled' : 1_000));
  one.changed();
  await vi.advanceTimersByTimeAsync(1_500);
  one.changed();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(steps).toEqual([0, 1_000, 1_500, 2_500]);
});

test('takes one more step for what changes during the last one', async () => {
  const { reconciler: one, steps } = reconciler((count) => {
    if (count === 1) one.changed();
    return 'settled';
  });
  one.changed();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(steps).toEqual([0, 0]);
});

test('tries a step that fails again after pauses that grow', async () => {
  const { reconciler: one, steps } = reconciler((count) => (count < 6 ? new Error('away') : 'settled'));
  one.changed();
  await vi.advanceTimersByTimeAsync(60_000);
  const pauses = steps.slice(1).map((at, index) => at - (steps[index] ?? 0));
  expect(pauses).toHaveLength(5);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
});

test('tries again at once where that makes sense', async () => {
  const { reconciler: one, steps } = reconciler(
    (count) => (count === 1 ? new Error('out of sequence') : 'settled'),
    true,
  );
  one.changed();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(steps).toEqual([0, 1]);
});

test('takes no step after it is closed', async () => {
  const { reconciler: one, steps } = reconciler(() => 1_000);
  one.changed();
  await vi.advanceTimersByTimeAsync(500);
  one.close();
  one.changed();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(steps).toEqual([0]);
});
