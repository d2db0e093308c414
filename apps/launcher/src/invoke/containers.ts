import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Condition } from '../sandbox/sandbox-state.ts';

/** A function's containers, from the start of each to its removal. */
export class Containers extends Set<Sandbox> {
  /** Starts that are queued at the start limiter. */
  announced = 0;

  /** Containers that exist, and those that are about to. */
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

  /** Takes the next event: an idle container that was kept, else a prewarmed one, else the one with the fewest events in flight. */
  taker(alone: boolean): Sandbox | undefined {
    let best: Sandbox | undefined;
    const isBetter = (one: Sandbox, other: Sandbox) =>
      one.inFlight < other.inFlight || (one.condition === 'idle' && other.condition === 'prewarmed');
    for (const sandbox of this) if (sandbox.canTake(alone) && (!best || isBetter(sandbox, best))) best = sandbox;
    return best;
  }
}
