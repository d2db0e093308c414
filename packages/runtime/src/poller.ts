import { type Invocation, type Outcome, RuntimeApi } from './runtime-api.ts';

export interface PollerSettings {
  address: string;
  /** The largest number of events in flight. */
  inFlight: number;
  /** Must not reject: a failure is an outcome, too. */
  run(invocation: Invocation): Promise<Outcome>;
}

/**
 * Takes events until there are none left.
 *
 * 1. Every poll has its own connection and loops: next, run, then the answer and the next `next` in one write.
 * 2. An idle container has two polls open, so that a single event doesn't have to open one. The number grows to twice the events in
 *    flight, up to `inFlight`: an idle container costs the launcher little, and a burst finds all polls open after a few events.
 * 3. An event counts as in flight until the launcher has acknowledged its answer.
 * 4. "No more events" (or `stop`) ends the polling; `finished` settles once no event is in flight.
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

  /** Drains: takes no further event, and finishes and answers those in flight. */
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
      // Only now, after the handler has sent its statement and waits for the database.
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
