/** Time as the policies see it: tests let it pass by hand. Moments are milliseconds since the process started (performance.now). */
export interface Clock {
  now(): number;
  /** Calls `run` once after `ms`; the returned function cancels that. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
