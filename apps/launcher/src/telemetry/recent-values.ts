/** The latest so many of a series of numbers. Adding one costs the same however many there were. */
export class RecentValues {
  readonly #values: Float64Array;
  #added = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  get size(): number {
    return Math.min(this.#added, this.#values.length);
  }

  get sum(): number {
    return this.#latest().reduce((sum, value) => sum + value, 0);
  }

  /** Half of the values are below it; undefined when there are none. */
  get median(): number | undefined {
    return this.#latest().toSorted()[Math.floor(this.size / 2)];
  }

  add(value: number): void {
    this.#values[this.#added % this.#values.length] = value;
    this.#added += 1;
  }

  #latest(): Float64Array {
    return this.#values.subarray(0, this.size);
  }
}
