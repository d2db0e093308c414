const FIRST_MS = 250;
const LONGEST_MS = 30_000;

/** How long to wait after the n-th failure in a row (from 1), in milliseconds: doubling up to half a minute, with jitter. */
export const backoffMs = (failures: number, random = Math.random()): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16)) * (0.5 + random / 2);
