import { backoffMs } from '@serverless-vote/contracts/backoff';
import pTimeout from 'p-timeout';

interface ReconcilerParts {
  /** One step towards the desired state. @returns after how many milliseconds to check again, or `settled` */
  step(): Promise<number | 'settled'>;
  /** Called for every step that fails, with the number of failures in a row. @returns whether to retry at once instead of after a pause */
  failed(error: unknown, failures: number): boolean;
}

/*
 *           changed                 settled
 *  resting ─────────▶ stepping ─────────────────▶ resting
 *                      │     ▲
 *    again later, failed     │ time is up, changed
 *                      ▼     │
 *                      waiting
 */

/** Brings something to its desired state, one step at a time, with backoff while steps fail. */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  #isRunning = false;
  #isDue = false;
  #isClosed = false;
  #wake = () => undefined as unknown;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /** Call this when the desired or the actual state has changed. */
  changed(): void {
    this.#isDue = true;
    this.#wake();
    if (!this.#isRunning) void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let failures = 0; this.#isDue && !this.#isClosed; ) {
      this.#isDue = false;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      let pause: number | 'settled';
      try {
        pause = await this.#parts.step();
        failures = 0;
      } catch (error) {
        failures += 1;
        pause = this.#parts.failed(error, failures) ? 1 : backoffMs(failures);
      }
      if (pause === 'settled') continue;
      await pTimeout(woken, { milliseconds: Math.max(1, pause), message: false });
      this.#isDue = true;
    }
    this.#isRunning = false;
  }
}
