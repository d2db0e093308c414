import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@serverless-vote/contracts/backoff';
import type { Engine } from '@serverless-vote/engine';
import type { WebEntry } from '../model/catalog.ts';
import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { StartLimiter } from '../model/start-limiter.ts';
import type { OpenIngress, Target } from './ingress.ts';
import { Replica } from './replica.ts';

const STOP_GRACE_MS = 10_000;
/** After so many starts in a row that failed, who asks is told so at once instead of waiting for the next one. */
const FAILURES = 3;
/** The longest pause before the next start: whoever brings a better image waits no longer for it. */
const LONGEST_PAUSE_MS = 5_000;

/** A request's hold on a replica: it isn't stopped before `release`. */
export interface Lease {
  target: Target;
  release(): void;
  /** Gives it back because the replica did not answer: it gets no further requests. */
  fail(): void;
}

/**
 * The web front end's replicas: none when idle, one as soon as somebody asks, more while requests in flight outnumber what the
 * catalog gives one, and down to none again after the idle timeout. What it promises:
 *
 * 1. All who come while nothing runs wait for one and the same start, and each at most the catalog's start deadline.
 * 2. A request goes to the replica with the fewest requests in flight.
 * 3. A replica ends only after its last request: first it gets no new ones, then it is told to stop.
 * 4. There are never more than the catalog says, those that drain included: one that isn't needed and can't end yet, because somebody
 *    reads slowly, comes back when it is needed again.
 */
export class HttpService {
  /** Each with its end. */
  readonly #replicas = new Map<Replica, Promise<void>>();
  /** Requests that were given a place so far. */
  requests = 0;
  /** When as many replicas as the index says were last needed. */
  readonly #neededAt: number[] = [];
  /** The starts that have failed since the last one that didn't. */
  #failing: { error: Error; failures: number; retryAt: number } | undefined;
  #closing = false;
  #reaper: NodeJS.Timeout | undefined;

  readonly #entry: WebEntry;
  readonly #setting: {
    image: string;
    idleTimeoutMs: number;
    handedOn: ReadonlyMap<string, string>;
  };
  readonly #parts: { engine: Engine; openIngress: OpenIngress; limiter: StartLimiter; bus: EventBus };

  constructor(
    entry: WebEntry,
    setting: { image: string; idleTimeoutMs: number; handedOn: ReadonlyMap<string, string> },
    parts: { engine: Engine; openIngress: OpenIngress; limiter: StartLimiter; bus: EventBus },
  ) {
    this.#entry = entry;
    this.#setting = setting;
    this.#parts = parts;
  }

  /** How many replicas there may be. */
  get limit(): number {
    return this.#entry.replicas;
  }

  get replicas(): readonly Replica[] {
    return [...this.#replicas.keys()];
  }

  /** Is there a replica that answers at once? */
  get isUp(): boolean {
    return this.replicas.some((replica) => replica.isReady);
  }

  /** A place on a replica. @throws {LauncherError} ServiceException when none can be started within the start deadline */
  async lease(): Promise<Lease> {
    const deadline = performance.now() + this.#entry.startDeadlineMs;
    for (;;) {
      if (this.#closing)
        throw new LauncherError('ServiceException', 'The launcher is shutting down. Try again soon.', {
          retryAfterSeconds: 5,
        });
      const replica = this.#leastLoaded();
      if (replica) return this.#occupy(replica);
      const waitMs = deadline - performance.now();
      if (waitMs <= 0 || (await within(waitMs, this.#place())) === 'late') {
        throw new LauncherError('ServiceException', 'The page could not be started in time. Try again soon.', {
          retryAfterSeconds: 2,
        });
      }
    }
  }

  /** Gives every replica `graceMs` to finish, then removes it. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    clearInterval(this.#reaper);
    await Promise.all(this.replicas.map((replica) => replica.stop(graceMs)));
  }

  /** Resolves when there may be a replica that takes requests, or room for one. */
  async #place(): Promise<unknown> {
    const starting = this.replicas.find((candidate) => candidate.isStarting);
    if (starting) return starting.settled;
    if (this.#oneCameBack()) return;
    if (this.#replicas.size < this.#entry.replicas) return this.#nextStart();
    // Those that drain have ended their service: their last requests don't keep newcomers waiting any longer.
    for (const replica of this.replicas) void replica.stop(STOP_GRACE_MS);
    return Promise.race(this.#replicas.values());
  }

  /** Settles when the next start has, or the pause before it is over. @throws the error of the last start when several have failed */
  #nextStart(): Promise<void> {
    const pauseMs = (this.#failing?.retryAt ?? 0) - performance.now();
    if (!this.#failing || pauseMs <= 0) return this.#start().settled;
    if (this.#failing.failures >= FAILURES) throw this.#failing.error;
    return delay(pauseMs);
  }

  #learnFrom({ failure: error }: Replica): void {
    const failures = error ? (this.#failing?.failures ?? 0) + 1 : 0;
    const retryAt = performance.now() + Math.min(LONGEST_PAUSE_MS, backoffMs(failures));
    this.#failing = error && { error, failures, retryAt };
  }

  #oneCameBack(): boolean {
    return this.replicas.some((replica) => replica.comeBack());
  }

  #leastLoaded(): Replica | undefined {
    return this.replicas.filter((replica) => replica.isReady).toSorted((a, b) => a.inFlight - b.inFlight)[0];
  }

  #occupy(replica: Replica): Lease {
    replica.inFlight += 1;
    this.requests += 1;
    this.#noteNeed();
    const wanted = Math.min(this.#entry.replicas, this.#needed());
    if (
      this.replicas.filter((candidate) => !candidate.isDraining).length < wanted &&
      !this.replicas.some((candidate) => candidate.isStarting) &&
      !this.#oneCameBack() &&
      this.#replicas.size < this.#entry.replicas &&
      performance.now() >= (this.#failing?.retryAt ?? 0)
    )
      this.#start();
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      this.#noteNeed();
      replica.inFlight -= 1;
      if (replica.isDraining && replica.inFlight === 0) void replica.stop(STOP_GRACE_MS);
    };
    const fail = () => {
      replica.drain();
      release();
    };
    return { target: replica.target, release, fail };
  }

  #needed(): number {
    const inFlight = this.replicas.reduce((sum, replica) => sum + replica.inFlight, 0);
    return Math.max(1, Math.ceil(inFlight / this.#entry.requestsPerReplica));
  }

  #noteNeed(): void {
    const now = performance.now();
    for (let count = this.#needed(); count > 0; count -= 1) this.#neededAt[count] = now;
  }

  #start(): Replica {
    const replica = new Replica(this.#entry, this.#setting, this.#parts);
    const end = replica.live();
    this.#replicas.set(replica, end);
    void replica.settled.then(() => this.#learnFrom(replica));
    this.#noteNeed();
    this.#reaper ??= setInterval(() => this.#reap(), Math.max(100, this.#setting.idleTimeoutMs / 10));
    void end.then(() => {
      this.#replicas.delete(replica);
      if (this.#replicas.size > 0) return;
      clearInterval(this.#reaper);
      this.#reaper = undefined;
    });
    return replica;
  }

  /** Lets go of the last replica that was not needed for the idle timeout. */
  #reap(): void {
    const running = this.replicas.filter((replica) => replica.isReady);
    const last = running.toSorted((a, b) => a.inFlight - b.inFlight)[0];
    const count = running.length;
    if (!last || (count === 1 && last.inFlight > 0)) return;
    if (performance.now() - (this.#neededAt[count] ?? 0) < this.#setting.idleTimeoutMs) return;
    last.drain('rest');
    if (last.inFlight === 0) void last.stop(STOP_GRACE_MS);
  }
}

async function within(waitMs: number, event: Promise<unknown>): Promise<'in time' | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), waitMs);
  });
  return Promise.race([event.then(() => 'in time' as const), late]).finally(() => clearTimeout(timer));
}
