import type { ServerResponse } from 'node:http';
import { EarliestTimer } from '@serverless-vote/contracts/clock';
import { Viewers } from './server-sent-events.ts';

/** The shortest interval between two computations, unless a change is to be shown at once. */
const PAUSE_MS = 200;
/** The pause after a failure doubles each time, up to the longest. */
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
const NOTHING = Buffer.alloc(0);

/** The outcome of a computation, and the time since the change that it shows. */
export type Told = (outcome: 'shown' | 'failed', sinceChangeMs: number | undefined) => void;

/*
 *           changed, first viewer                computed
 *  waiting ───────────────────────▶ computing ────────────▶ waiting
 *                                      │ failed, changed meanwhile
 *                                      └────▶ computing again after a pause
 */

/**
 * A result for many viewers: computed once per change, however many viewers there are, and not at all without any. Changes in quick
 * succession are combined. A new viewer gets the last result at once.
 */
export class ComputedStream {
  readonly #viewers = new Viewers({ catchUp: () => this.#current });
  readonly #compute: () => Promise<string>;
  readonly #told: Told;
  readonly #timer = new EarliestTimer(() => void this.#run());
  #computing: { isOutdated: boolean } | undefined;
  /** When the last computation started. */
  #beganAt = Number.NEGATIVE_INFINITY;
  #result = NOTHING;
  /** Why there is no newer result. */
  #paused = NOTHING;
  /** Failed computations since the last result. */
  #failures = 0;
  #isUrgent = false;
  /** The time of the oldest change that has not been shown. */
  #changedAt: number | undefined;

  /**
   * @param compute the result as one line of JSON; rejects when it is unavailable
   * @param told is called after every computation, when all viewers have it
   */
  constructor(compute: () => Promise<string>, told: Told) {
    this.#compute = compute;
    this.#told = told;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Responds with the stream until the viewer disconnects. */
  watch(response: ServerResponse): void {
    const isFirst = this.viewers === 0;
    this.#viewers.add(response, this.#current);
    // The database may have been changed by hand while there was no viewer.
    if (isFirst) this.#renew();
  }

  /**
   * The last result is stale. @param isUrgent the change is a rare one: it is shown at once instead of together with others, and nobody
   * gets what was before any more, which may have to stay secret by now
   */
  invalidate({ isUrgent = false } = {}): void {
    if (this.viewers > 0) this.#changedAt ??= performance.now();
    this.#isUrgent ||= isUrgent;
    if (isUrgent) this.#result = NOTHING;
    this.#renew();
  }

  close(): void {
    this.#timer.clear();
    this.#viewers.close();
  }

  /** A function that failed may work again after a change, so a change shortens the backoff. */
  #renew(): void {
    if (this.#computing) this.#computing.isOutdated = true;
    else this.#runAfter(Math.min(RETRY_MS, this.#pauseMs));
  }

  get #pauseMs(): number {
    if (this.#isUrgent) return 0;
    return this.#failures === 0 ? PAUSE_MS : Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (this.#failures - 1));
  }

  /** Schedules a computation this long after the last one started, but no sooner than the last broadcast allows. */
  #runAfter(ms: number): void {
    const at = this.#beganAt + Math.max(ms, this.#viewers.restMs);
    if (at <= performance.now()) void this.#run();
    else this.#timer.set(at);
  }

  async #run(): Promise<void> {
    this.#timer.clear();
    if (this.viewers === 0) return;
    const computing = { isOutdated: false };
    this.#computing = computing;
    this.#isUrgent = false;
    this.#beganAt = performance.now();
    const changedAt = this.#changedAt;
    this.#changedAt = undefined;
    try {
      const result = await this.#compute();
      this.#failures = 0;
      if (this.#isUrgent) {
        // It may be from before the change. The next one shows both.
        this.#changedAt = changedAt ?? this.#changedAt;
      } else {
        this.#result = Buffer.from(`data: ${result}\n\n`);
        this.#paused = NOTHING;
        this.#viewers.broadcast(this.#result);
        this.#told('shown', changedAt && performance.now() - changedAt);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : 'It cannot be computed just now.';
      this.#paused = Buffer.from(`event: paused\ndata: ${JSON.stringify({ message })}\n\n`);
      this.#viewers.broadcast(this.#paused);
      this.#changedAt = changedAt ?? this.#changedAt;
      this.#told('failed', undefined);
      computing.isOutdated = true;
      this.#failures += 1;
    }
    this.#computing = undefined;
    if (computing.isOutdated) this.#runAfter(this.#pauseMs);
  }

  /** What a new viewer gets. */
  get #current(): Buffer {
    return Buffer.concat([this.#result, this.#paused]);
  }
}
