interface Waiting<Item, Answer> {
  item: Item;
  resolve(answer: Answer): void;
  reject(reason: unknown): void;
}

export interface Work<Item, Answer> {
  /** Handles all items or none, and returns their results in the same order. */
  run(items: Item[]): Promise<Answer[]>;
  /** May one item be the cause of this failure? Then each is tried alone, so that it doesn't affect the others. */
  mayBeOnesFault(reason: unknown): boolean;
}

/**
 * Group commit: one run at a time, and each run takes all items that arrived during the one before. A single item runs at once, without
 * waiting for others; under load a run takes dozens of items and costs hardly more.
 */
export class Batcher<Item, Answer> {
  readonly #work: Work<Item, Answer>;
  #waiting: Waiting<Item, Answer>[] = [];
  #running = false;

  constructor(work: Work<Item, Answer>) {
    this.#work = work;
  }

  /** Settles when a run that started after this call has handled the item. */
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
