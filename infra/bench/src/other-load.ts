import os from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { mean } from './statistics.ts';

/** A machine is quiet while others use no more of its processors than this. */
export const QUIET_SHARE = 0.1;
const LOOK_MS = 250;
const LOOKS = 8;

/** What of all processors' time was not idle since this was called: from 0 to 1. What another machine took counts as used. */
function watchProcessors(): () => number {
  const idleMs = () => os.cpus().reduce((sum, { times }) => sum + times.idle, 0);
  const [idleBefore, began, cores] = [idleMs(), performance.now(), os.cpus().length];
  return () => {
    const share = 1 - (idleMs() - idleBefore) / ((performance.now() - began) * cores);
    return Math.min(1, Math.max(0, share));
  };
}

/** How much of the processors is used while nothing of ours works: that is others' load, and the rows measured beside it are marked. */
export class OtherLoad {
  readonly #watch: () => () => number;
  #shares: number[] = [];

  constructor(watch = watchProcessors) {
    this.#watch = watch;
  }

  /** Stands still for so long: whoever calls knows that nothing of ours starts, works or leaves. */
  async still(ms: number): Promise<void> {
    const used = this.#watch();
    await pause(ms);
    this.#shares.push(used());
  }

  /** The same where something of ours may still be ending: the calmest of a few looks counts. */
  async calmest(): Promise<number> {
    let least = 1;
    for (let look = 0; look < LOOKS && least > QUIET_SHARE; look += 1) {
      const used = this.#watch();
      await pause(LOOK_MS);
      least = Math.min(least, used());
    }
    this.#shares.push(least);
    return least;
  }

  /** The mean of what was seen since this was last asked. */
  take(): number {
    return mean(this.#shares.splice(0));
  }
}
