import type { Bench } from '../bench.ts';

/** Nothing of ours starts, works or leaves: spares wait in the warm stack, the cold one is empty. */
export async function quiet({ warm, cold, floor, catalog }: Bench): Promise<void> {
  await cold.empty();
  await warm.spares('record-vote', catalog.functions['record-vote'].spares);
  // Its connection is as fresh as the others'.
  await floor.isUp();
}
