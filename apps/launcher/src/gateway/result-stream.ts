import type { ServerResponse } from 'node:http';
import { Viewers } from '../http/server-sent-events.ts';

/** Changes are shown at most this often. */
const PAUSE_MS = 200;
/** After a failure: twice as long each time, up to the longest. */
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;
/** Every viewer gets all of a result, and the launcher reads it: a large one, or one of nothing but brackets, would keep all others waiting. */
const RESULT_LIMIT = 64 * 1024;

/*
 *            changed, first viewer                 computed
 *  fresh ────────────────────────▶ computing ──────────────▶ fresh
 *    │ changed, nobody watches       │  │ changed meanwhile, failed
 *    ▼                               │  └────▶ computing again after a pause
 *  stale ──── first viewer ──────────┘
 */
type State =
  | { kind: 'fresh' }
  | { kind: 'stale' }
  | { kind: 'scheduled'; timer: NodeJS.Timeout }
  | { kind: 'computing'; changed: boolean };

/** A function's result as one line of JSON. @throws when it is none, or more than everybody can be sent */
export function resultLine(payload: Buffer): string {
  try {
    if (payload.length <= RESULT_LIMIT) return JSON.stringify(JSON.parse(payload.toString()));
  } catch {
    throw new Error('Results cannot be shown: the function did not answer with JSON.');
  }
  throw new Error(`Results cannot be shown: they are ${payload.length} bytes, and a stream takes ${RESULT_LIMIT}.`);
}

/**
 * The result of one function, shown to many: computed once per change, however many watch, and not at all while nobody does.
 * Changes that come quicker than PAUSE_MS are shown together. Who joins late gets the last result at once.
 */
export class ResultStream {
  readonly #viewers = new Viewers({ catchUp: () => this.#newest });
  readonly #compute: () => Promise<string>;
  #state: State = { kind: 'stale' };
  #last: Buffer | undefined;
  /** What was broadcast last: a result, or why there is none. */
  #newest: Buffer | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  /** Since the last result. */
  #failures = 0;
  /** Since when there is a change that nobody has been shown. */
  #changedAt: number | undefined;
  readonly #told: (outcome: 'shown' | 'failed', sinceChangeMs: number | undefined) => void;

  /**
   * @param compute the result as one line of JSON; rejects when it can't be had just now
   * @param told hears of every computation, after all viewers have it
   */
  constructor(
    compute: () => Promise<string>,
    told: (outcome: 'shown' | 'failed', sinceChangeMs: number | undefined) => void = () => undefined,
  ) {
    this.#compute = compute;
    this.#told = told;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Answers a request with the stream until its caller leaves. */
  watch(response: ServerResponse): void {
    const first = this.#viewers.size === 0;
    this.#viewers.add(response, this.#last);
    // Somebody may have voted past the launcher, by hand, while nobody watched.
    if (first) this.#renew();
  }

  /** What was last computed is no longer true. */
  invalidate(): void {
    if (this.#viewers.size > 0) this.#changedAt ??= performance.now();
    this.#renew();
  }

  #renew(): void {
    if (this.#state.kind === 'computing') this.#state.changed = true;
    else if (this.#viewers.size === 0) this.#state = { kind: 'stale' };
    else if (this.#state.kind !== 'scheduled') this.#scheduleAfter(Math.min(RETRY_MS, this.#retryMs));
    else if (this.#failures > 0) {
      // It may work again: that is not left to wait for the longest pause.
      clearTimeout(this.#state.timer);
      this.#scheduleAfter(RETRY_MS);
    }
  }

  close(): void {
    if (this.#state.kind === 'scheduled') clearTimeout(this.#state.timer);
    this.#viewers.close();
  }

  /** So long after the last computation began, and not before the pause between two is over. */
  #scheduleAfter(ms: number): void {
    const inMs = Math.max(ms, PAUSE_MS, this.#viewers.restMs) + this.#startedAt - performance.now();
    if (inMs <= 0) void this.#run();
    else this.#state = { kind: 'scheduled', timer: setTimeout(() => void this.#run(), inMs) };
  }

  async #run(): Promise<void> {
    if (this.#viewers.size === 0) {
      this.#state = { kind: 'stale' };
      return;
    }
    const computing: State = { kind: 'computing', changed: false };
    this.#state = computing;
    this.#startedAt = performance.now();
    const changedAt = this.#changedAt;
    this.#changedAt = undefined;
    try {
      this.#last = Buffer.from(`data: ${await this.#compute()}\n\n`);
      this.#broadcast(this.#last);
      this.#failures = 0;
      this.#told('shown', changedAt && performance.now() - changedAt);
    } catch (error) {
      const message = error instanceof Error ? error.message : 'Results cannot be computed just now.';
      this.#broadcast(Buffer.from(`event: paused\ndata: ${JSON.stringify({ message })}\n\n`));
      this.#changedAt = changedAt ?? this.#changedAt;
      this.#told('failed', undefined);
      computing.changed = true;
      this.#failures += 1;
    }
    this.#state = { kind: computing.changed ? 'stale' : 'fresh' };
    if (computing.changed && this.#viewers.size > 0) this.#scheduleAfter(this.#retryMs);
  }

  get #retryMs(): number {
    return this.#failures === 0 ? 0 : Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (this.#failures - 1));
  }

  #broadcast(message: Buffer): void {
    this.#newest = message;
    this.#viewers.broadcast(message);
  }
}
