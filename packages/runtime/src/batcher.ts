interface Waiting<Item, Answer> {
  item: Item;
  resolve(answer: Answer): void;
  reject(reason: unknown): void;
}

export interface Work<Item, Answer> {
  /** Works on all items or on none, and answers each in its place. */
  run(items: Item[]): Promise<Answer[]>;
  /** Whether a failure may be the fault of one item; then each is tried alone, so that it spoils no other. */
  mayBeOnesFault(reason: unknown): boolean;
}

/**
 * One run at a time, and each takes along everything that has come in meanwhile (databases call it group commit).
 * A lone item runs at once; under load a run carries dozens and costs hardly more. Nothing waits for company.
 */
export class Batcher<Item, Answer> {
  readonly #work: Work<Item, Answer>;
  #waiting: Waiting<Item, Answer>[] = [];
  #running = false;

  constructor(work: Work<Item, Answer>) {
    this.#work = work;
  }

  /** Settles when a run that began after this call has dealt with the item. */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#running) this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) await this.#runBatch(this.#waiting.splice(0));
    this.#running = false;
  }

  async #runBatch(batch: Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#work.run(batch.map(({ item }) => item));
      for (const [place, { resolve }] of batch.entries()) resolve(answers[place] as Answer);
    } catch (reason) {
      if (batch.length > 1 && this.#work.mayBeOnesFault(reason)) {
        for (const waiting of batch) await this.#runBatch([waiting]);
      } else {
        for (const { reject } of batch) reject(reason);
      }
    }
  }
}
