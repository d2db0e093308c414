import type { ServerResponse } from 'node:http';
import { EarliestTimer } from '@serverless-vote/contracts/clock';
import { Viewers } from './server-sent-events.ts';

/** Changes are shown at most this often. */
const PAUSE_MS = 200;
/** After a failure: twice as long each time, up to the longest. */
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
const NOTHING = Buffer.alloc(0);

/** How a computation went, and how long ago the change was that it shows. */
export type Told = (outcome: 'shown' | 'failed', sinceChangeMs: number | undefined) => void;

/*
 *           changed, first viewer                computed
 *  waiting ───────────────────────▶ computing ────────────▶ waiting
 *                                      │ failed, changed meanwhile
 *                                      └────▶ computing again after a pause
 */

/**
 * A result that is shown to many: computed once per change, however many watch, and not at all while nobody does. Changes in quick
 * succession are shown together. A viewer that comes late gets the last result at once.
 */
export class ComputedStream {
  readonly #viewers = new Viewers({ catchUp: () => this.#current });
  readonly #compute: () => Promise<string>;
  readonly #told: Told;
  readonly #timer = new EarliestTimer(() => void this.#run());
  #computing: { isOutdated: boolean } | undefined;
  /** When the last computation began. */
  #beganAt = Number.NEGATIVE_INFINITY;
  #result = NOTHING;
  /** Why there is no newer result. */
  #paused = NOTHING;
  /** Failed computations since the last result. */
  #failures = 0;
  /** Since when there is a change that nobody has been shown. */
  #changedAt: number | undefined;

  /**
   * @param compute the result as one line of JSON; rejects when it can't be had just now
   * @param told hears of every computation, after all viewers have it
   */
  constructor(compute: () => Promise<string>, told: Told) {
    this.#compute = compute;
    this.#told = told;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Answers a request with the stream until its caller leaves. */
  watch(response: ServerResponse): void {
    const isFirst = this.viewers === 0;
    this.#viewers.add(response, this.#current);
    // Somebody may have voted past the launcher, by hand, while nobody watched.
    if (isFirst) this.#renew();
  }

  /** What was last computed is no longer true. */
  invalidate(): void {
    if (this.viewers > 0) this.#changedAt ??= performance.now();
    this.#renew();
  }

  close(): void {
    this.#timer.clear();
    this.#viewers.close();
  }

  /** A function that failed may work again after a change, which isn't left to wait for the longest pause. */
  #renew(): void {
    if (this.#computing) this.#computing.isOutdated = true;
    else this.#runAfter(Math.min(RETRY_MS, this.#retryMs));
  }

  get #retryMs(): number {
    return this.#failures === 0 ? 0 : Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (this.#failures - 1));
  }

  /** Computes it so long after the last computation began, and not before the pause between two is over. */
  #runAfter(ms: number): void {
    const at = this.#beganAt + Math.max(ms, PAUSE_MS, this.#viewers.restMs);
    if (at <= performance.now()) void this.#run();
    else this.#timer.set(at);
  }

  async #run(): Promise<void> {
    this.#timer.clear();
    if (this.viewers === 0) return;
    const computing = { isOutdated: false };
    this.#computing = computing;
    this.#beganAt = performance.now();
    const changedAt = this.#changedAt;
    this.#changedAt = undefined;
    try {
      this.#result = Buffer.from(`data: ${await this.#compute()}\n\n`);
      this.#paused = NOTHING;
      this.#viewers.broadcast(this.#result);
      this.#failures = 0;
      this.#told('shown', changedAt && performance.now() - changedAt);
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
    if (computing.isOutdated) this.#runAfter(this.#retryMs);
  }

  /** What a viewer needs that has seen nothing so far. */
  get #current(): Buffer {
    return Buffer.concat([this.#result, this.#paused]);
  }
}
