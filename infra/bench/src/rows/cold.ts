import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';

/** A vote while nothing is warm: it waits for a container to be made. */
export function cold({ cold: stack, measured }: Bench): Variant {
  const phases: string[] = [];
  measured.details['phases of cold'] = phases;
  return {
    name: 'cold',
    prepare: () => stack.empty(),
    async sample() {
      const { totalMs, headers } = answered(await stack.vote());
      if (headers['x-start-kind'] !== 'cold') return undefined;
      phases.push(String(headers['server-timing']));
      return totalMs;
    },
  };
}
