import { type Invocation, type Outcome, RuntimeApi } from './runtime-api.ts';

export interface PollerSettings {
  address: string;
  /** Most events in hand at once. */
  inFlight: number;
  /** Must not reject: a failure is an outcome, too. */
  run(invocation: Invocation): Promise<Outcome>;
}

/**
 * Takes events until there are none left.
 *
 * 1. Every poll has a connection of its own and goes round in circles: next, run, answer and next in one write.
 * 2. When idle two polls are open, so that a lone event need not open any. Events in hand open more, twice as many as are
 *    busy, up to `inFlight`: an idle container costs the launcher little, and a burst finds all open after a few events.
 * 3. An event counts as in hand until the launcher has acknowledged its answer.
 * 4. "No more work" (or `stop`) ends the polling; `finished` settles once nothing is in hand any more.
 */
export class Poller {
  readonly #settings: PollerSettings;
  readonly #polls = new Set<RuntimeApi>();
  #inHand = 0;
  #stopping = false;
  #unused = true;
  readonly #ending = Promise.withResolvers<void>();
  readonly finished: Promise<void> = this.#ending.promise;

  constructor(settings: PollerSettings) {
    this.#settings = settings;
    this.#open();
    this.#openMore();
  }

  /** Has it had no event yet? */
  get isUnused(): boolean {
    return this.#unused;
  }

  /** Takes no further event; those in hand are finished and answered. */
  stop(): void {
    this.#stopping = true;
    if (this.#inHand > 0) return;
    for (const api of this.#polls) api.close();
    this.#ending.resolve();
  }

  #open(): void {
    const api = new RuntimeApi(this.#settings.address);
    this.#polls.add(api);
    this.#poll(api).catch((error) => {
      if (!this.#stopping) this.#ending.reject(error);
    });
  }

  async #poll(api: RuntimeApi): Promise<void> {
    for (let next = api.next(); ; ) {
      const invocation = await next;
      if (!invocation) return this.stop();
      this.#inHand++;
      this.#unused = false;
      const running = this.#settings.run(invocation);
      // Only now: the handler has sent its statement, and we have the time that the database needs.
      this.#openMore();
      const answered = api.answer(invocation.context.requestId, await running);
      answered.then(() => this.#acknowledged(), this.#ending.reject);
      if (this.#stopping) return;
      next = api.next();
    }
  }

  #openMore(): void {
    const wanted = Math.min(Math.max(this.#inHand, 1) * 2, this.#settings.inFlight);
    while (!this.#stopping && this.#polls.size < wanted) this.#open();
  }

  #acknowledged(): void {
    this.#inHand--;
    if (this.#stopping) this.stop();
  }
}
