import { type Clock, systemClock } from '@serverless-vote/contracts/clock';

/** More than two starts a core at once add latency, not throughput (docs/decisions). */
export const STARTS_PER_CORE = 2;
/** A start that takes longer than this has long stopped using the cores: its program doesn't become ready. */
const LONGEST_MS = 5_000;

/**
 * Limits how many containers are being started at once, over all functions and services. Further starts wait; those for waiting events go
 * before refills, and those of whoever has the fewest starts in progress before others: a program that never becomes ready, or floods of
 * events for it, keep no other from starting.
 */
export class StartLimiter {
  readonly places: number;
  readonly #clock: Clock;
  /** The name of each start in progress. */
  readonly #started: string[] = [];
  readonly #queues: Record<'waited-for' | 'refill', { name: string; go: () => void }[]> = {
    'waited-for': [],
    refill: [],
  };

  constructor(places: number, clock: Clock = systemClock) {
    this.places = places;
    this.#clock = clock;
  }

  get inProgress(): number {
    return this.#started.length;
  }

  get waiting(): number {
    return this.#queues['waited-for'].length + this.#queues.refill.length;
  }

  /** Resolves when a start may begin, with the function that releases its slot (calling it twice is harmless). */
  async enter(urgency: 'waited-for' | 'refill', name: string): Promise<() => void> {
    if (this.inProgress < this.places) this.#started.push(name);
    else await new Promise<void>((go) => this.#queues[urgency].push({ name, go }));
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      cancel();
      this.#started.splice(this.#started.indexOf(name), 1);
      const next = this.#next(this.#queues['waited-for']) ?? this.#next(this.#queues.refill);
      if (!next) return;
      this.#started.push(next.name);
      next.go();
    };
    const cancel = this.#clock.after(LONGEST_MS, release);
    return release;
  }

  /** Removes from a queue the first start of the name that has the fewest in progress. */
  #next(queue: { name: string; go: () => void }[]) {
    const inProgress = (name: string) => this.#started.filter((each) => each === name).length;
    const [first] = queue.toSorted((a, b) => inProgress(a.name) - inProgress(b.name));
    if (first) queue.splice(queue.indexOf(first), 1);
    return first;
  }
}
