const DAY_MS = 86_400_000;

/**
 * The order in which the launcher accepted events, as microseconds since 1970: of one voter's votes the later one wins,
 * in whatever order they are written. Never goes back, neither when the machine's clock does nor after a restart.
 */
export class AcceptanceClock {
  #last = 0n;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /** Continues after `highest`, the highest recorded value, unless that is later than tomorrow: then no clock has produced it. */
  resume(highest: bigint): void {
    const latest = BigInt(this.#nowMs() + DAY_MS) * 1000n;
    const believed = highest < latest ? highest : latest;
    if (believed > this.#last) this.#last = believed;
  }

  next(): bigint {
    const now = BigInt(this.#nowMs()) * 1000n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return this.#last;
  }
}
