import type { Bench } from '../bench.ts';

/** Whoever is asked first after a rest takes longer, so all are asked after the same rest. */
export const STILL_MS = 200;

/** Nothing of ours starts, works or leaves, and hasn't for a while: prewarmed containers wait in the warm stack, the cold one is empty. */
export async function quiet({ warm, cold, baseline, catalog, otherLoad }: Bench): Promise<void> {
  await cold.empty();
  await warm.prewarmed('record-vote', catalog.functions['record-vote'].warmPool);
  // Its connection is as fresh as the others'.
  await baseline.isUp();
  await otherLoad.still(STILL_MS);
}
