import type { EventQueue } from '@serverless-vote/database/event-queue';

/** After so long without use the queue is closed, and with it the connections to the database. */
const REST_MS = 1_000;

/*
 *            somebody needs it              nobody does, and nothing is left to do
 *   closed ─────────────────────▶ open ────────────────────────────────────────────▶ closed
 */

/** Opens the event queue for who needs it, and closes it when idle. */
export class QueueSession {
  readonly #opening: () => Promise<EventQueue>;
  readonly #opened: (queue: EventQueue) => Promise<void>;
  readonly #mayRest: (queue: EventQueue) => Promise<boolean>;
  #queue: Promise<EventQueue> | undefined;
  #users = 0;
  #rest: NodeJS.Timeout | undefined;

  /**
   * @param opened is called with every queue that was opened, before anybody uses it
   * @param mayRest is asked when nobody has used it for a while: is nothing left to do?
   */
  constructor(
    opening: () => Promise<EventQueue>,
    opened: (queue: EventQueue) => Promise<void>,
    mayRest: (queue: EventQueue) => Promise<boolean>,
  ) {
    this.#opening = opening;
    this.#opened = opened;
    this.#mayRest = mayRest;
  }

  /** Does `work` with the queue. @throws when the database is away */
  async use<Result>(work: (queue: EventQueue) => Promise<Result>): Promise<Result> {
    clearTimeout(this.#rest);
    this.#users += 1;
    try {
      this.#queue ??= this.#open();
      return await work(await this.#queue);
    } finally {
      this.#users -= 1;
      this.#restLater();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#rest);
    const queue = this.#queue;
    this.#queue = undefined;
    await queue?.then(
      (open) => open.close().catch(() => undefined),
      () => undefined,
    );
  }

  async #open(): Promise<EventQueue> {
    try {
      const queue = await this.#opening();
      await this.#opened(queue);
      return queue;
    } catch (error) {
      this.#queue = undefined;
      throw error;
    }
  }

  async #restIfUnused(): Promise<void> {
    const queue = await this.#queue?.catch(() => undefined);
    if (!queue || this.#users > 0) return;
    const mayRest = await this.#mayRest(queue).catch(() => false);
    if (this.#users > 0) return;
    if (mayRest) await this.close();
    else this.#restLater();
  }

  #restLater(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => void this.#restIfUnused(), REST_MS);
  }
}
