import type { Condition, Sandbox } from '../sandbox/sandbox.ts';

/** A function's containers, from the start of each to its removal. */
export class Containers extends Set<Sandbox> {
  /** Starts that wait for their turn at the start limiter. */
  announced = 0;

  /** Containers that are there or will be. */
  get total(): number {
    return this.size + this.announced;
  }

  get starting(): number {
    return this.announced + this.count('starting');
  }

  count(condition: Condition): number {
    let count = 0;
    for (const sandbox of this) if (sandbox.condition === condition) count += 1;
    return count;
  }

  find(isIt: (sandbox: Sandbox) => boolean): Sandbox | undefined {
    for (const sandbox of this) if (isIt(sandbox)) return sandbox;
    return undefined;
  }

  /** The one that takes the next event: one that stays for it, a prewarmed one, or else the one with the fewest events in hand. */
  taker(alone: boolean): Sandbox | undefined {
    let best: Sandbox | undefined;
    const isBetter = (one: Sandbox, other: Sandbox) =>
      one.inFlight < other.inFlight || (one.condition === 'idle' && other.condition === 'prewarmed');
    for (const sandbox of this) if (sandbox.canTake(alone) && (!best || isBetter(sandbox, best))) best = sandbox;
    return best;
  }
}
