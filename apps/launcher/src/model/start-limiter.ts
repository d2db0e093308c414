/** More than two starts a core at once add latency, not throughput (docs/decisions). */
export const STARTS_PER_CORE = 2;

/**
 * Limits how many containers are being started at once, over all functions and web. Further starts wait; those for waiting events go before
 * refills.
 */
export class StartLimiter {
  readonly places: number;
  #free: number;
  readonly #urgent: (() => void)[] = [];
  readonly #refills: (() => void)[] = [];

  constructor(places: number) {
    this.places = places;
    this.#free = places;
  }

  get inProgress(): number {
    return this.places - this.#free;
  }

  get waiting(): number {
    return this.#urgent.length + this.#refills.length;
  }

  /** Resolves when a start may begin, with the function that releases its slot (calling it twice is harmless). */
  async enter(urgency: 'waited-for' | 'refill'): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((go) => (urgency === 'refill' ? this.#refills : this.#urgent).push(go));
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#urgent.shift() ?? this.#refills.shift();
      if (next) next();
      else this.#free += 1;
    };
  }
}
