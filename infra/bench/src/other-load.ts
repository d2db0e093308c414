import os from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { mean } from './statistics.ts';

/** A machine is quiet while other processes use no more than this share of its CPU. */
export const QUIET_SHARE = 0.1;
const LOOK_MS = 250;
const LOOKS = 8;

/** Measures the share of CPU time that is not idle from now on: 0 to 1. Stolen time counts as used. */
function watchProcessors(): () => number {
  const idleMs = () => os.cpus().reduce((sum, { times }) => sum + times.idle, 0);
  const [idleBefore, began, cores] = [idleMs(), performance.now(), os.cpus().length];
  return () => {
    const share = 1 - (idleMs() - idleBefore) / ((performance.now() - began) * cores);
    return Math.min(1, Math.max(0, share));
  };
}

/** The CPU usage while nothing of ours works is other load, and rows that were measured next to it are marked. */
export class OtherLoad {
  readonly #watch: () => () => number;
  #shares: number[] = [];

  constructor(watch = watchProcessors) {
    this.#watch = watch;
  }

  /** Measures for this long; the caller makes sure that nothing of ours starts, works or exits meanwhile. */
  async still(ms: number): Promise<void> {
    const used = this.#watch();
    await pause(ms);
    this.#shares.push(used());
  }

  /** The same where something of ours may still be exiting: the lowest of a few measurements counts. */
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

  /** The mean since the last call. */
  take(): number {
    return mean(this.#shares.splice(0));
  }
}
