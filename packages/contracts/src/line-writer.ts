const DELAY_MS = 20;

/**
 * Collects lines for a moment and writes them at once, because each write to a container's output wakes the engine, which costs more
 * CPU than the line. Nothing is lost when the process ends by itself.
 */
export class LineWriter {
  readonly #out: { write(text: string): unknown };
  #pending = '';

  constructor(out: { write(text: string): unknown } = process.stdout) {
    this.#out = out;
    process.once('exit', () => this.#flush());
  }

  /** @param line with its line break */
  write(line: string): void {
    if (this.#pending === '') setTimeout(() => this.#flush(), DELAY_MS);
    this.#pending += line;
  }

  #flush(): void {
    if (this.#pending !== '') this.#out.write(this.#pending);
    this.#pending = '';
  }
}
