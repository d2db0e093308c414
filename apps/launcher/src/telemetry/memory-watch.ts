import type { Memory } from '@serverless-vote/contracts/activity';
import type { PermanentMemory } from '@serverless-vote/engine';

const PAUSE_MS = 10_000;

/**
 * What the permanent containers hold in memory. It is asked for only while somebody wants to know, and what was seen when idle isn't
 * replaced by what is seen at work.
 */
export class MemoryWatch {
  readonly #ask: () => Promise<PermanentMemory | undefined>;
  readonly #isIdle: () => boolean;
  readonly #told: () => void;
  #latest: Memory | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param told is called after every look that told something */
  constructor(ask: () => Promise<PermanentMemory | undefined>, isIdle: () => boolean, told: () => void) {
    this.#ask = ask;
    this.#isIdle = isIdle;
    this.#told = told;
  }

  get latest(): Memory | undefined {
    return this.#latest;
  }

  start(): void {
    if (this.#timer) return;
    this.#timer = setInterval(() => this.#look(), PAUSE_MS);
    this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    if (this.#latest?.idle && !this.#isIdle()) return;
    const wasIdle = this.#isIdle();
    this.#ask().then(
      (memory) => {
        if (!memory) return;
        this.#latest = { ...memory, idle: wasIdle && this.#isIdle() };
        this.#told();
      },
      // The engine is away, say: the next look may tell.
      () => undefined,
    );
  }
}
