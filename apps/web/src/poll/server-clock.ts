/** As many times as a connection tells in about five minutes without votes. Older ones are forgotten, because clocks drift apart. */
const REMEMBERED = 20;

/**
 * The server's time, as far as a page can know it: phones' own clocks are wrong. Each message says when it was sent, and arrives later,
 * so the estimate is always late, never early, and the message with the shortest way is the best one. A page therefore never ends a
 * countdown while the server would still accept a vote.
 */
export class ServerClock {
  readonly #ahead: number[] = [];

  /** A message that the server sent at `sentAt` has arrived. @param nowMs of a clock that nobody can set */
  hear(sentAt: string, nowMs: number = performance.now()): void {
    const aheadMs = Date.parse(sentAt) - nowMs;
    if (Number.isNaN(aheadMs)) return;
    this.#ahead.push(aheadMs);
    if (this.#ahead.length > REMEMBERED) this.#ahead.shift();
  }

  /** Milliseconds since 1970; undefined before the first message. */
  now(nowMs: number = performance.now()): number | undefined {
    return this.#ahead.length === 0 ? undefined : nowMs + Math.max(...this.#ahead);
  }
}
