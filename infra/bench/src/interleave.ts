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

const TRIES = 4;

/**
 * Takes turns: a sample of each variant, then again, so that whatever else the machine does meanwhile hits all of them alike.
 * Each round begins with another variant, so that none always follows the same one.
 * @throws {Error} when a variant can't be measured
 */
export async function interleave(
  rounds: number,
  variants: readonly Variant[],
  { signal, progress }: { signal: AbortSignal; progress: (text: string) => void },
): Promise<Record<string, Series>> {
  const series = Object.fromEntries(variants.map(({ name }) => [name, { samples: [], discarded: 0 } as Series]));
  for (let round = 0; round < rounds; round += 1) {
    const shift = round % variants.length;
    for (const variant of [...variants.slice(shift), ...variants.slice(0, shift)]) {
      progress(`round ${round + 1} of ${rounds}: ${variant.name}`);
      const into = series[variant.name];
      for (let time = 0; into && time < (variant.times ?? 1); time += 1) {
        signal.throwIfAborted();
        await take(variant, into);
      }
    }
  }
  return series;
}

async function take({ name, prepare, sample }: Variant, into: Series): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    await prepare?.();
    const value = await sample();
    if (value !== undefined) return void into.samples.push(value);
    into.discarded += 1;
  }
  throw new Error(`${name}: what was to be measured did not happen in ${TRIES} tries`);
}
