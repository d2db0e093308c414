import type { Clock } from '@serverless-vote/contracts/clock';

/** A clock that stands still, but for a thousandth of a millisecond at each look, until a test lets time pass. */
export class ManualClock implements Clock {
  #now = 1_000;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  now(): number {
    this.#now += 0.001;
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets so many milliseconds pass; what becomes due runs at its moment, in its order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = Math.max(this.#now, end);
  }
}
