import { setTimeout as pause } from 'node:timers/promises';

/** Waits until `condition` holds. @throws {Error} naming `what`, and what was `seen` last, if it doesn't within `withinMs`, or when the benchmark is stopped */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  {
    withinMs,
    everyMs = 40,
    signal,
    seen,
  }: { withinMs: number; everyMs?: number; signal: AbortSignal; seen?: () => string },
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    signal.throwIfAborted();
    if (performance.now() > deadline)
      throw new Error(`${what}: not within ${withinMs / 1000} s${seen ? `; seen last: ${seen()}` : ''}`);
    await pause(everyMs);
  }
  signal.throwIfAborted();
}
