import { within } from './deadline.ts';

export interface Variant {
  name: string;
  /** How many samples it takes per round; default 1. */
  times?: number;
  /** Sets up the preconditions of a sample; not measured. */
  prepare?: () => Promise<void>;
  /** Takes one sample. `undefined` if the sample isn't what it should be; then it is counted as discarded, and repeated. */
  sample: () => Promise<number | undefined>;
}

export interface Series {
  samples: number[];
  discarded: number;
}

export interface Turns {
  signal: AbortSignal;
  progress: (text: string) => void;
  /** Called with the reason when a variant can't be measured; it is dropped, and the others continue. */
  failed: (name: string, why: string) => void;
}

const TRIES = 6;
/** After this many failed tries the variant is given up. */
const BROKEN_TRIES = 2;
const SAMPLE_MS = 150_000;

/**
 * Interleaves the variants: a sample of each, then again, so that noise affects all of them alike. Each round starts with another
 * variant, so that none always follows the same one. When time is over, the samples so far count.
 * @returns the samples of each variant that could be measured
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
