import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';
import { STILL_MS } from './quiet.ts';

/** The first page while no web container runs, until its first byte. */
export function webFromZero({ cold, otherLoad }: Bench): Variant {
  return {
    name: 'web from zero',
    async prepare() {
      await cold.empty();
      await otherLoad.still(STILL_MS);
    },
    // A request that accepts HTML gets a "starting" page after a second; all others are held until web answers.
    sample: async () => answered(await cold.gateway.send('/', { headers: { accept: '*/*' } })).headMs,
  };
}
