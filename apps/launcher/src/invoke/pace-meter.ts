import { type Pace, START_SHARE, WINDOW_MS } from './scaling-policy.ts';

/** How long a start is assumed to take until there has been one. */
const FIRST_START_MS = 200;
/** The quickest of this many starts counts: the others competed with something, and that isn't part of what a start costs. */
const LATEST_STARTS = 8;
/** A burst counts as at most this many times the rate that starts can follow, so that its end is noticed within seconds. */
const MOST = 3;

/** Measures how quickly a function's events arrive, and how long its containers take to start. Moments are the clock's. */
export class PaceMeter {
  readonly #cores: number;
  #latestStartsMs = [FIRST_START_MS];
  /** Events of the last seconds; the longer ago one came, the less it weighs. */
  #events = 0;
  #countedAt = 0;

  constructor(cores: number) {
    this.#cores = cores;
  }

  /** An event has come. @returns the pace, this one included */
  arrived(now: number): Pace {
    const most = (MOST * this.#startsPerSecond * WINDOW_MS) / 1000;
    this.#events = Math.min(this.#eventsAt(now) + 1, most);
    this.#countedAt = now;
    return this.at(now);
  }

  /** A container was ready this long after its start began. */
  started(tookMs: number): void {
    this.#latestStartsMs = [...this.#latestStartsMs, tookMs].slice(-LATEST_STARTS);
  }

  at(now: number): Pace {
    const eventsPerSecond = (this.#eventsAt(now) * 1000) / WINDOW_MS;
    return { eventsPerSecond, startsPerSecond: this.#startsPerSecond, startMs: this.#startMs };
  }

  get #startMs(): number {
    return Math.min(...this.#latestStartsMs);
  }

  get #startsPerSecond(): number {
    return (START_SHARE * this.#cores * 1000) / this.#startMs;
  }

  #eventsAt(now: number): number {
    return this.#events * Math.exp((this.#countedAt - now) / WINDOW_MS);
  }
}
