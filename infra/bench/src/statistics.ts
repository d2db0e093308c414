/** The quantile `share` (0..1) of the samples, with linear interpolation; NaN without samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export const mean = (samples: readonly number[]): number =>
  samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
export const median = (samples: readonly number[]): number => quantile(samples, 0.5);
export const p95 = (samples: readonly number[]): number => quantile(samples, 0.95);

export interface Ratio {
  value: number;
  /** The ratio's 95 % confidence interval (bootstrap). */
  low: number;
  high: number;
}

const DRAWS = 2000;

/** The ratio of the statistic of `over` to that of `under`, with its confidence interval. */
export function ratio(
  over: readonly number[],
  under: readonly number[],
  statistic: (samples: readonly number[]) => number = median,
): Ratio {
  const random = numbers(1);
  const redraw = (samples: readonly number[]) =>
    samples.map(() => samples[Math.floor(random() * samples.length)] ?? Number.NaN);
  const draws = Array.from({ length: DRAWS }, () => statistic(redraw(over)) / statistic(redraw(under)));
  return { value: statistic(over) / statistic(under), low: quantile(draws, 0.025), high: quantile(draws, 0.975) };
}

/** Reproducible random numbers from 0 to 1 (mulberry32): https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
