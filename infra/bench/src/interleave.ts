import { within } from './deadline.ts';

export interface Variant {
  name: string;
  /** How many samples it gives in a round; 1 unless said. */
  times?: number;
  /** Brings about what a sample presupposes; not measured. */
  prepare?: () => Promise<void>;
  /** Measures once. `undefined` when what was to be measured didn't happen; then it is tried again, and counted as discarded. */
  sample: () => Promise<number | undefined>;
}

export interface Series {
  samples: number[];
  discarded: number;
}

export interface Turns {
  signal: AbortSignal;
  progress: (text: string) => void;
  /** Told why a variant can't be measured: it leaves the round, and the others go on. */
  failed: (name: string, why: string) => void;
}

const TRIES = 6;
/** Of those tries so many may break; then it won't work the next time either. */
const BROKEN_TRIES = 2;
const SAMPLE_MS = 150_000;

/**
 * Takes turns: a sample of each variant, then again, so that whatever else the machine does meanwhile hits all of them alike.
 * Each round begins with another variant, so that none always follows the same one. When time is over, what was measured until then counts.
 * @returns what was measured of each variant that could be measured
 */
export async function interleave(
  rounds: number,
  variants: readonly Variant[],
  { signal, progress, failed }: Turns,
): Promise<Record<string, Series>> {
  const series = new Map<string, Series>(variants.map(({ name }) => [name, { samples: [], discarded: 0 }]));
  for (let round = 0; round < rounds; round += 1) {
    const shift = round % variants.length;
    for (const variant of [...variants.slice(shift), ...variants.slice(0, shift)]) {
      const { name } = variant;
      const into = series.get(name);
      if (!into) continue;
      progress(`round ${round + 1} of ${rounds}: ${name}`);
      try {
        for (let time = 0; time < (variant.times ?? 1); time += 1) {
          signal.throwIfAborted();
          await take(variant, into);
        }
      } catch (error) {
        if (signal.aborted && round > 0) continue;
        series.delete(name);
        failed(name, error instanceof Error ? error.message : String(error));
      }
    }
  }
  return Object.fromEntries(series);
}

async function take({ name, prepare, sample }: Variant, into: Series): Promise<void> {
  const once = async () => {
    await prepare?.();
    return await sample();
  };
  let broken = 0;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    try {
      const value = await within(SAMPLE_MS, name, once());
      if (value !== undefined) return void into.samples.push(value);
    } catch (error) {
      broken += 1;
      if (broken === BROKEN_TRIES) throw error;
    }
    into.discarded += 1;
  }
  throw new Error(`what was to be measured did not happen in ${TRIES} tries`);
}
