import type { Bench } from '../bench.ts';

/** A process that has slept answers more slowly, so every sample follows the same pause. */
export const STILL_MS = 200;

/** Waits until nothing of ours has started, worked or exited for a while: the warm pool is ready, and the cold stack is empty. */
export async function quiet({ warm, cold, baseline, catalog, otherLoad }: Bench): Promise<void> {
  await cold.empty();
  await warm.prewarmed('record-vote', catalog.functions['record-vote'].warmPool);
  // Gives it a connection as recently used as the others'.
  await baseline.isUp();
  await otherLoad.still(STILL_MS);
}
