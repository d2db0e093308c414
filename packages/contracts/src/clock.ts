/** Time as a parameter, so that tests can advance it. Times are milliseconds since the process started (performance.now). */
export interface Clock {
  now(): number;
  /** Calls `run` once after `ms`, at once if that is negative; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.max(0, ms)); // Node warns of a negative one.
    return () => clearTimeout(timer);
  },
};

/** Fires once, at the earliest of the times that it was set to since it last fired. */
export class EarliestTimer {
  #next: { at: number; cancel: () => void } | undefined;
  readonly #fire: () => void;
  readonly #clock: Clock;

  constructor(fire: () => void, clock: Clock = systemClock) {
    this.#fire = fire;
    this.#clock = clock;
  }

  get isSet(): boolean {
    return this.#next !== undefined;
  }

  set(at: number): void {
    if (this.#next && this.#next.at <= at) return;
    this.clear();
    const cancel = this.#clock.after(Math.ceil(at - this.#clock.now()), () => {
      this.#next = undefined;
      this.#fire();
    });
    this.#next = { at, cancel };
  }

  clear(): void {
    this.#next?.cancel();
    this.#next = undefined;
  }
}
