import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Variant } from '../interleave.ts';
import { STILL_MS } from './quiet.ts';

// A request that accepts HTML gets a "starting" page after a second; all others are held until web answers.
const PAGE = { headers: { accept: '*/*' } };
const VOTE = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };

/** The first page while no web container runs, until its first byte. */
export const webFromZero = (bench: Bench): Variant =>
  fromZero('web from zero', bench, async ({ cold }) => answered(await cold.gateway.send('/', PAGE)).headMs);

/** The first tap on a page that has been open for a while: neither web nor its function run. */
export const voteFromZero = (bench: Bench): Variant =>
  fromZero(
    'vote from zero',
    bench,
    async ({ cold }) => answered(await cold.gateway.post('/vote', 'choice=cats', VOTE)).totalMs,
  );

function fromZero(name: string, bench: Bench, sample: (bench: Bench) => Promise<number>): Variant {
  return {
    name,
    async prepare() {
      await bench.cold.empty();
      await bench.otherLoad.still(STILL_MS);
    },
    sample: () => sample(bench),
  };
}
