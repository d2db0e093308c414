import { type Pace, START_SHARE, WINDOW_MS } from './scaling-policy.ts';

/** What a start is taken to take before there was one. */
const FIRST_START_MS = 200;
/** A burst counts as this many times the rate that starts can follow at the most, so that its end is noticed within seconds. */
const MOST = 3;

/** Measures how quickly a function's events arrive, and how long its containers take to start. Moments are the clock's. */
export class PaceMeter {
  readonly #cores: number;
  #startMs = FIRST_START_MS;
  /** Events of the last seconds, each weighing less the longer ago it came. */
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

  /** A container was ready so long after its creation began. */
  started(tookMs: number): void {
    this.#startMs += (tookMs - this.#startMs) / 8;
  }

  at(now: number): Pace {
    const eventsPerSecond = (this.#eventsAt(now) * 1000) / WINDOW_MS;
    return { eventsPerSecond, startsPerSecond: this.#startsPerSecond, startMs: this.#startMs };
  }

  get #startsPerSecond(): number {
    return (START_SHARE * this.#cores * 1000) / this.#startMs;
  }

  #eventsAt(now: number): number {
    return this.#events * Math.exp((this.#countedAt - now) / WINDOW_MS);
  }
}
