import { type Pace, START_SHARE, WINDOW_MS } from './scaling-policy.ts';

/** Assumed duration of a start until one has been measured. */
const FIRST_START_MS = 200;
/** The quickest of the latest starts counts: the others competed for the cores, which isn't part of what a start costs. */
const LATEST_STARTS = 8;
/** A burst counts as at most this many times the budget for starts, so that its end is noticed within seconds. */
const MOST = 3;

/** Measures how quickly a function's events arrive, and how long its containers take to start. Moments are the clock's. */
export class PaceMeter {
  readonly #cores: number;
  #latestStartsMs: number[] = [];
  #startMs = FIRST_START_MS;
  /** Events of the last seconds, weighted by an exponential decay. */
  #events = 0;
  /** After the last event. */
  #savedStarts = Number.POSITIVE_INFINITY;
  #countedAt = 0;

  constructor(cores: number) {
    this.#cores = cores;
  }

  /** Counts an event. @returns the pace, including this event */
  arrived(now: number): Pace {
    const { startsPerSecond } = this.at(now);
    const inWindow = (startsPerSecond * WINDOW_MS) / 1000;
    this.#events = Math.min(this.#eventsAt(now) + 1, MOST * inWindow);
    const sinceThen = (startsPerSecond * (now - this.#countedAt)) / 1000;
    this.#savedStarts = Math.min(inWindow, Math.max(0, this.#savedStarts) + sinceThen) - 1;
    this.#countedAt = now;
    return this.at(now);
  }

  /** A container was ready this long after its start began. */
  started(tookMs: number): void {
    this.#latestStartsMs = [...this.#latestStartsMs, tookMs].slice(-LATEST_STARTS);
    this.#startMs = Math.min(...this.#latestStartsMs);
  }

  at(now: number): Pace {
    const eventsPerSecond = (this.#eventsAt(now) * 1000) / WINDOW_MS;
    return {
      eventsPerSecond,
      startsPerSecond: this.#startsPerSecond,
      savedStarts: this.#savedStarts,
      startMs: this.#startMs,
    };
  }

  get #startsPerSecond(): number {
    return (START_SHARE * this.#cores * 1000) / this.#startMs;
  }

  #eventsAt(now: number): number {
    return this.#events * Math.exp((this.#countedAt - now) / WINDOW_MS);
  }
}
