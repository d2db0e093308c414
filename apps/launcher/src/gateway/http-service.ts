import pTimeout from 'p-timeout';
import { unavailable } from '../model/errors.ts';
import {
  afterFailure,
  type Failing,
  leastLoaded,
  needed,
  nextStep,
  type Situation,
  type Step,
  unneeded,
  whyFailing,
} from './http-service-policy.ts';
import type { Target } from './ingress.ts';
import { Replica, type ServiceParts, type ServiceSetting } from './replica.ts';

/** A request's claim on a replica, which isn't stopped before `release`. */
export interface Lease {
  target: Target;
  release(): void;
  /** Releases it because the replica did not answer; the replica gets no further requests. */
  fail(): void;
}

/**
 * The replicas of an HTTP service: none when idle, one with the first request, more while there are more requests in flight than the
 * catalog allows per replica, and back to none after the idle timeout. Guarantees:
 *
 * 1. All requests that arrive while nothing runs wait for the same start, each at most for the catalog's start deadline.
 * 2. A request goes to the replica with the fewest requests in flight.
 * 3. A replica ends only after its last request: it gets no new ones, then it is stopped.
 * 4. There are never more than the catalog allows, draining ones included: one that isn't needed but can't end yet, because a client
 *    reads slowly, is used again when it is needed.
 */
export class HttpService {
  /** Each with the promise of its end. */
  readonly #replicas = new Map<Replica, Promise<void>>();
  /** Requests that were assigned to a replica so far. */
  requests = 0;
  /** Index n: when n replicas were last needed. */
  readonly #neededAt: number[] = [];
  #failing: Failing | undefined;
  /** Replicas that have started, and have neither answered nor failed to. */
  readonly #unproven = new WeakSet<Replica>();
  #isClosing = false;
  #stopReaping: () => void = () => undefined;
  readonly #setting: ServiceSetting & { idleTimeoutMs: number };
  readonly #parts: ServiceParts;

  constructor(setting: ServiceSetting & { idleTimeoutMs: number }, parts: ServiceParts) {
    this.#setting = setting;
    this.#parts = parts;
  }

  get name(): string {
    return this.#setting.name;
  }

  /** The largest number of replicas. */
  get limit(): number {
    return this.#setting.entry.replicas;
  }

  get replicas(): readonly Replica[] {
    return [...this.#replicas.keys()];
  }

  /** Why its next start would probably fail, if the latest ones did. */
  get whyFailing(): string | undefined {
    return whyFailing(this.#failing);
  }

  /** Is a replica ready? */
  get isUp(): boolean {
    return leastLoaded(this.replicas) !== undefined;
  }

  /** Assigns a request to a replica. @throws {LauncherError} ServiceException when none can be started within the start deadline */
  async lease(): Promise<Lease> {
    const { clock } = this.#parts;
    const deadline = clock.now() + this.#setting.entry.startDeadlineMs;
    for (;;) {
      if (this.#isClosing) throw unavailable('The launcher is shutting down. Try again soon.', 5);
      const replica = leastLoaded(this.replicas);
      if (replica?.state.kind === 'ready') return this.#occupy(replica, replica.state.target);
      const message = unavailable(`The service ${this.name} could not be started in time. Try again soon.`, 2);
      const milliseconds = Math.max(1, deadline - clock.now());
      await pTimeout(this.#take(nextStep(this.#situation)), { milliseconds, message });
    }
  }

  /** Gives every replica `graceMs` to finish, then removes it. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    this.#stopReaping();
    // A request that is on its way to a replica would meet a closed socket, so a replica is told to end after its last one.
    for (const replica of this.replicas) replica.drain();
    await pTimeout(Promise.all(this.#replicas.values()), { milliseconds: graceMs, message: false });
    await Promise.all(this.replicas.map((replica) => replica.stop(0)));
  }

  get #situation(): Situation<Replica> {
    const { entry } = this.#setting;
    return { now: this.#parts.clock.now(), replicas: this.replicas, limits: entry, failing: this.#failing };
  }

  /** Resolves when a replica may have room. */
  async #take(step: Step<Replica>): Promise<void> {
    if (step.kind === 'start') await this.#start().settled;
    if (step.kind === 'wait for the start') await step.replica.settled;
    if (step.kind === 'bring back') step.replica.bringBack();
    if (step.kind === 'pause') await new Promise<void>((resolve) => this.#parts.clock.after(step.ms, resolve));
    if (step.kind === 'fail') throw step.error;
    if (step.kind !== 'stop all') return;
    for (const replica of this.replicas) void replica.stop();
    await Promise.race(this.#replicas.values());
  }

  #occupy(replica: Replica, target: Target): Lease {
    replica.inFlight += 1;
    this.requests += 1;
    this.#noteNeed();
    void this.#take(nextStep(this.#situation));
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      this.#noteNeed();
      if (this.#unproven.delete(replica)) this.#failing = undefined;
      replica.release();
    };
    const fail = () => {
      // A program that starts and ends with its first request would be started for ever, for a page that reloads by itself.
      const what = `The service ${this.name} did not finish its answer.`;
      if (this.#unproven.delete(replica)) this.#noteFailure(unavailable(what, 2));
      replica.drain();
      release();
    };
    return { target, release, fail };
  }

  #noteNeed(): void {
    const { now, ...situation } = this.#situation;
    for (let count = needed(situation); count > 0; count -= 1) this.#neededAt[count] = now;
  }

  #start(): Replica {
    const replica = new Replica(this.#setting, this.#parts);
    const end = replica.live();
    if (this.#replicas.size === 0) this.#reapLater();
    this.#replicas.set(replica, end);
    this.#noteNeed();
    void replica.settled.then((error) => {
      if (error) this.#noteFailure(error);
      else this.#unproven.add(replica);
    });
    void end.then(() => {
      this.#replicas.delete(replica);
      if (this.#replicas.size === 0) this.#stopReaping();
    });
    return replica;
  }

  #noteFailure(error: Error): void {
    this.#failing = afterFailure(this.#failing, error, this.#parts.clock.now());
  }

  #reapLater(): void {
    const { idleTimeoutMs } = this.#setting;
    this.#stopReaping = this.#parts.clock.after(Math.max(100, idleTimeoutMs / 10), () => {
      unneeded(this.#situation, this.#neededAt, idleTimeoutMs)?.rest();
      this.#reapLater();
    });
  }
}
