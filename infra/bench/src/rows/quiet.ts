import type { Bench } from '../bench.ts';

/** Whoever is asked first after a rest takes longer, so all are asked after the same rest. */
export const STILL_MS = 200;

/** Nothing of ours starts, works or leaves, and hasn't for a while: spares wait in the warm stack, the cold one is empty. */
export async function quiet({ warm, cold, floor, catalog, otherLoad }: Bench): Promise<void> {
  await cold.empty();
  await warm.spares('record-vote', catalog.functions['record-vote'].spares);
  // Its connection is as fresh as the others'.
  await floor.isUp();
  await otherLoad.still(STILL_MS);
}
