import type { EventQueue } from './event-queue.ts';

/** The queue and its connections are closed after this long without use. */
export const IDLE_MS = 1_000;

interface SessionParts {
  open: () => Promise<EventQueue>;
  /** Called with every newly opened queue, before its first use. */
  opened: (queue: EventQueue) => Promise<void>;
  /** Called when the queue has been unused for a while: is nothing left to do? */
  mayClose: (queue: EventQueue) => Promise<boolean>;
}

/*
 *            first use                unused for IDLE_MS, and nothing is left to do
 *   closed ─────────────▶ open ──────────────────────────────────────────────────────▶ closed
 */

/**
 * Shares one open event queue among all callers. Guarantees:
 *
 * 1. The queue is open while somebody uses it, and closed when it is idle and nothing is left to do.
 * 2. If opening fails, the next caller tries again.
 */
export class QueueSession {
  readonly #parts: SessionParts;
  #queue: Promise<EventQueue> | undefined;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Does `work` with the queue. @throws when the database is away */
  async use<Result>(work: (queue: EventQueue) => Promise<Result>): Promise<Result> {
    clearTimeout(this.#idle);
    this.#users += 1;
    try {
      this.#queue ??= this.#open();
      return await work(await this.#queue);
    } finally {
      this.#users -= 1;
      this.#closeLater();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const queue = this.#queue;
    this.#queue = undefined;
    await queue?.then((open) => open.close()).catch(() => undefined);
  }

  async #open(): Promise<EventQueue> {
    try {
      const queue = await this.#parts.open();
      await this.#parts.opened(queue);
      return queue;
    } catch (error) {
      this.#queue = undefined;
      throw error;
    }
  }

  async #closeIfUnused(): Promise<void> {
    const queue = await this.#queue?.catch(() => undefined);
    if (!queue || this.#users > 0) return;
    const mayClose = await this.#parts.mayClose(queue).catch(() => false);
    if (this.#users > 0) return;
    if (mayClose) await this.close();
    else this.#closeLater();
  }

  #closeLater(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#closeIfUnused(), IDLE_MS);
  }
}
