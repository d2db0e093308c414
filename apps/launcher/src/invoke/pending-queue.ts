import type { Invocation } from '../model/invocation.ts';

/** Queued events in order of arrival, bounded in number and bytes. An event whose container exited goes back to the front. */
export class PendingQueue {
  #events: Invocation[] = [];
  #bytes = 0;
  readonly #limit: { events: number; megabytes: number };

  constructor(limit: { events: number; megabytes: number }) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#events.length;
  }

  at(index: number): Invocation | undefined {
    return this.#events[index];
  }

  fits({ length }: Buffer): boolean {
    return this.length < this.#limit.events && this.#bytes + length <= this.#limit.megabytes * 1024 * 1024;
  }

  add(invocation: Invocation): void {
    this.#events.push(invocation);
    this.#bytes += invocation.payload.length;
  }

  addFirst(invocation: Invocation): void {
    this.#events.unshift(invocation);
    this.#bytes += invocation.payload.length;
  }

  /** Whether it was there. */
  remove(invocation: Invocation): boolean {
    // Usually it is the first, which an array removes without moving the others.
    const index = this.#events[0] === invocation ? 0 : this.#events.indexOf(invocation);
    if (index < 0) return false;
    if (index === 0) this.#events.shift();
    else this.#events.splice(index, 1);
    this.#bytes -= invocation.payload.length;
    return true;
  }

  takeAll(): Invocation[] {
    this.#bytes = 0;
    return this.#events.splice(0);
  }
}
