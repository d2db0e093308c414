import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';
import { quiet } from './quiet.ts';

/** A vote with the permanent server. */
export function floor(bench: Bench): Variant {
  return {
    name: 'floor',
    times: 3,
    prepare: () => quiet(bench),
    sample: async () => answered(await bench.floor.vote()).totalMs,
  };
}
