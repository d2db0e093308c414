import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';
import { quiet } from './quiet.ts';

/** A vote that finds a prewarmed container, which serves it and exits. */
export function prewarmed(bench: Bench): Variant {
  const phases: string[] = [];
  bench.measured.details['phases of prewarmed'] = phases;
  return {
    name: 'prewarmed',
    times: 3,
    prepare: () => quiet(bench),
    async sample() {
      const { totalMs, headers } = answered(await bench.warm.vote());
      if (headers['x-start-kind'] !== 'prewarmed') return undefined;
      phases.push(String(headers['server-timing']));
      return totalMs;
    },
  };
}
