import type { Sandbox } from '../sandbox/sandbox.ts';

/** A function's containers, from the start of each to its removal. */
export class Fleet {
  readonly #sandboxes = new Set<Sandbox>();
  /** Starts that wait for their turn at the limiter. */
  announced = 0;

  [Symbol.iterator](): IterableIterator<Sandbox> {
    return this.#sandboxes.values();
  }

  add(sandbox: Sandbox): void {
    this.#sandboxes.add(sandbox);
  }

  delete(sandbox: Sandbox): void {
    this.#sandboxes.delete(sandbox);
  }

  /** Containers that are there or will be. */
  get size(): number {
    return this.#sandboxes.size + this.announced;
  }

  get starting(): number {
    return this.announced + this.count('starting');
  }

  get hasReusable(): boolean {
    for (const sandbox of this.#sandboxes) if (sandbox.isReusable) return true;
    return false;
  }

  /** One whose container runs for so long without asking for an event. */
  silentFor(ms: number): Sandbox | undefined {
    return [...this.#sandboxes].find(({ silentMs }) => silentMs >= ms);
  }

  count(condition: Sandbox['condition']): number {
    let count = 0;
    for (const sandbox of this.#sandboxes) if (sandbox.condition === condition) count += 1;
    return count;
  }

  /** Who takes the next event: a prewarmed container, or else the container at work that has the fewest events in flight. */
  taker(alone: boolean): Sandbox | undefined {
    let best: Sandbox | undefined;
    for (const sandbox of this.#sandboxes) {
      if (!sandbox.canTake(alone)) continue;
      if (sandbox.condition === 'prewarmed') return sandbox;
      if (!best || sandbox.inFlight < best.inFlight) best = sandbox;
    }
    return best;
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#sandboxes].map((sandbox) => sandbox.kill()));
  }
}
