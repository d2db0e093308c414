import { setTimeout as pause } from 'node:timers/promises';

/** Waits until `condition` holds. @throws {Error} naming `what` when it does not within `withinMs`, or when the bench ends */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { withinMs, everyMs = 40, signal }: { withinMs: number; everyMs?: number; signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await pause(everyMs);
  }
  signal.throwIfAborted();
}
