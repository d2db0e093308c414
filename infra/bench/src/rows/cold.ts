import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';
import { STILL_MS } from './quiet.ts';

/** A vote while no container exists: it waits for a start. */
export function cold({ cold: stack, measured, otherLoad }: Bench): Variant {
  const phases: string[] = [];
  measured.details['phases of cold'] = phases;
  return {
    name: 'cold',
    async prepare() {
      await stack.empty();
      await otherLoad.still(STILL_MS);
    },
    async sample() {
      const { totalMs, headers } = answered(await stack.vote());
      if (headers['x-start-kind'] !== 'cold') return undefined;
      phases.push(String(headers['server-timing']));
      return totalMs;
    },
  };
}
