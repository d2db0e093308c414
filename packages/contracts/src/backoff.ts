const FIRST_MS = 250;
const LONGEST_MS = 30_000;

/** How long to wait after the n-th failure in a row (from 1), in milliseconds: doubling up to half a minute, with jitter. */
export const backoffMs = (failures: number, random = Math.random()): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16)) * (0.5 + random / 2);

/** The same for p-retry, whose jitter is a factor from 1 to 2. */
export const BACKOFF = {
  ...{ retries: Number.POSITIVE_INFINITY, factor: 2, randomize: true },
  ...{ minTimeout: FIRST_MS / 2, maxTimeout: LONGEST_MS },
};
