import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';
import { quiet } from './quiet.ts';

/** A vote through the permanent server. */
export function baseline(bench: Bench): Variant {
  return {
    name: 'baseline',
    times: 3,
    prepare: () => quiet(bench),
    sample: async () => answered(await bench.baseline.vote()).totalMs,
  };
}
