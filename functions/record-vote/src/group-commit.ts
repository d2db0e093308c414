interface Waiting<Item, Answer> {
  item: Item;
  resolve(answer: Answer): void;
  reject(reason: unknown): void;
}

/**
 * One write at a time, and each takes along everything that has come in meanwhile. A lone item is written at
 * once; under load a write carries dozens and costs hardly more. Nothing is ever held back to wait for company.
 */
export class GroupCommit<Item, Answer> {
  readonly #write: (items: Item[]) => Promise<Answer[]>;
  #waiting: Waiting<Item, Answer>[] = [];
  #writing = false;

  /** @param write commits all items or none, and answers each in its place */
  constructor(write: (items: Item[]) => Promise<Answer[]>) {
    this.#write = write;
  }

  /** Settles once the item is committed, or isn't going to be. */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#writing) this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) await this.#writeGroup(this.#waiting.splice(0));
    this.#writing = false;
  }

  /** An item that can't be written must not spoil its neighbours: then each is tried alone. */
  async #writeGroup(group: Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#write(group.map(({ item }) => item));
      for (const [place, { resolve }] of group.entries()) resolve(answers[place] as Answer);
    } catch (reason) {
      if (group.length === 1) group[0]?.reject(reason);
      else for (const waiting of group) await this.#writeGroup([waiting]);
    }
  }
}
