import type { Engine } from '@serverless-vote/engine';
import type { FunctionEntry } from '../model/catalog.ts';
import { EarliestTimer } from '../model/earliest-timer.ts';
import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { Invocation, Outcome } from '../model/invocation.ts';
import type { StartLimiter } from '../model/start-limiter.ts';
import type { OpenRuntimeEndpoint } from '../sandbox/runtime-client.ts';
import { Sandbox, type SandboxOwner } from '../sandbox/sandbox.ts';
import { reasonOf, type SandboxEnd } from '../sandbox/sandbox-end.ts';
import { Fleet } from './fleet.ts';
import { PendingQueue } from './pending-queue.ts';
import { StartHealth } from './start-health.ts';
import { diedUnderIt, isItsOwnDoing, neverAsked, notRunInTime, timedOut } from './verdicts.ts';

/** An event whose container died under it is tried again this often. */
const RETRIES = 2;
/** A start costs about this much: an event that a container at work will take before is not worth one. */
const PATIENCE_MS = 100;
/** A container that hasn't asked for its event for this part of the event's deadline never will, and that is the function's fault. */
const SILENT = 0.5;
/** While events wait for each other, and this long after, it is crowded: containers stay for the next event instead of being replaced. */
const CROWDED_MS = 250;
/** A refill begins this long after an answer, so that it doesn't compete with it; */
const REFILL_PAUSE_MS = 15;
/** and at the latest this long after its prewarmed container was taken, if the answer takes longer. */
const REFILL_LATEST_MS = 250;

export interface FunctionPoolParts {
  engine: Engine;
  openEndpoint: OpenRuntimeEndpoint;
  limiter: StartLimiter;
  bus: EventBus;
}

/**
 * The containers of one function, and the events that wait for them. What it promises:
 *
 * 1. An event goes to a prewarmed container if there is one; else to a container at work, if the function drains; else it waits, in order.
 * 2. A container is started only while waiting events outnumber starting containers, within the function's concurrency,
 *    and not while a container at work will take the event sooner than a new one could.
 * 3. A container that has answered leaves: it is used once, unless the function drains and is crowded.
 * 4. While there is activity `warmPool` containers are kept ready; a taken one is replaced after the answer is out.
 * 5. An event whose container died under it runs before all others and with none beside it. What happens then is its own doing, and not before.
 * 6. Every event is answered: by its function, or with an error at its deadline, when the queue is full, or when its
 *    container died under it three times. Who timed out is answered after the container is gone.
 */
export class FunctionPool implements SandboxOwner {
  readonly name: string;
  readonly entry: FunctionEntry;
  readonly #setting: { image: string; idleTimeoutMs: number };
  readonly #parts: FunctionPoolParts;
  readonly fleet = new Fleet();
  readonly #serving = new Map<Invocation, Sandbox>();
  readonly #waiting: PendingQueue;
  readonly health = new StartHealth();
  #warmPoolUntil = 0;
  #refillAt = Number.POSITIVE_INFINITY;
  #crowdedUntil = 0;
  #closing = false;
  readonly #timer = new EarliestTimer(() => this.#advance());

  constructor(
    name: string,
    entry: FunctionEntry,
    setting: { image: string; idleTimeoutMs: number },
    parts: FunctionPoolParts,
  ) {
    this.name = name;
    this.entry = entry;
    this.#setting = setting;
    this.#parts = parts;
    this.#waiting = new PendingQueue(entry.queue);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes an event; its `answer` settles later. @throws {LauncherError} TooManyRequestsException when the queue is full */
  submit(invocation: Invocation): void {
    if (this.#closing)
      throw new LauncherError('ServiceException', 'The launcher is shutting down. Try again soon.', {
        retryAfterSeconds: 5,
      });
    if (!this.#waiting.fits(invocation.payload)) {
      const message = `${this.#waiting.length} events of ${this.name} are waiting already. Try again soon.`;
      throw new LauncherError('TooManyRequestsException', message, { retryAfterSeconds: 1 });
    }
    this.#keepWarmPool();
    const expiry = setTimeout(() => void this.#expire(invocation), invocation.remainingMs);
    invocation.answer.then(
      () => clearTimeout(expiry),
      () => clearTimeout(expiry),
    );
    this.#waiting.add(invocation);
    this.#advance();
  }

  /** Forgets a waiting event whose caller has left. One that is being served already goes on. */
  abandon(invocation: Invocation): void {
    if (this.#waiting.remove(invocation))
      invocation.fail(new LauncherError('ServiceException', 'The caller left before the event was served.'));
  }

  /** Somebody will probably need this function soon: keeps prewarmed containers until the idle timeout. */
  prewarm(): void {
    this.#keepWarmPool();
    this.#refillIn(0);
    this.#advance();
  }

  /** Takes no more events, waits at most `graceMs` for those in hand, then removes every container. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    this.#warmPoolUntil = 0;
    const end = performance.now() + graceMs;
    this.#advance();
    while (this.fleet.size + this.#waiting.length > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      this.#advance();
    }
    for (const invocation of this.#waiting.takeAll())
      invocation.fail(new LauncherError('ServiceException', 'The launcher is shutting down.'));
    await this.fleet.killAll();
    this.#timer.clear();
  }

  #keepWarmPool(): void {
    this.#warmPoolUntil = performance.now() + this.#setting.idleTimeoutMs;
  }

  /** Does all that is due. Called after every change, and by the alarm. */
  #advance(): void {
    const now = performance.now();
    this.#handOut(now);
    this.#startForWaiting(now);
    this.#dismiss(now);
    this.#refill(now);
  }

  #handOut(now: number): void {
    let shared = false;
    for (let index = 0; index < this.#waiting.length; ) {
      const invocation = this.#waiting.at(index);
      if (!invocation) return;
      const alone = invocation.deaths > 0;
      const sandbox = this.fleet.taker(alone);
      if (!sandbox && !alone) break;
      if (!sandbox) {
        index += 1;
        continue;
      }
      this.#waiting.remove(invocation);
      const used = sandbox.served + sandbox.inFlight > 0;
      const paid = used ? {} : sandbox.startPaidSince(invocation.arrivedAt);
      const startKind = used ? 'warm' : Object.keys(paid).length > 0 ? 'cold' : 'prewarmed';
      const { containerId } = sandbox;
      invocation.begin({ containerId, startKind, handedAt: now, paid });
      this.#serving.set(invocation, sandbox);
      this.#parts.bus.publish({
        type: 'invocation.running',
        ...invocation.who,
        containerId,
        startKind,
      });
      sandbox.hand(invocation);
      shared ||= sandbox.inFlight > 1;
      if (startKind === 'prewarmed') this.#refillIn(REFILL_LATEST_MS);
    }
    if (shared || (this.#waiting.length > 0 && this.#waiting.length + this.#serving.size > 1))
      this.#crowdedUntil = now + CROWDED_MS;
  }

  #startForWaiting(now: number): void {
    const first = this.#waiting.at(0);
    if (!first) return;
    const patientUntil = first.arrivedAt + PATIENCE_MS;
    if (first.deaths === 0 && now < patientUntil && this.fleet.hasReusable) return this.#timer.set(patientUntil);
    for (
      let starting = this.fleet.starting;
      starting < this.#waiting.length && this.#mayStart(now, starting);
      starting += 1
    ) {
      void this.#launch('waited-for');
    }
  }

  #mayStart(now: number, starting: number): boolean {
    if (this.fleet.size >= this.entry.concurrency) return false;
    if (now < this.health.retryAt) {
      this.#timer.set(this.health.retryAt);
      return false;
    }
    // After a failure one start at a time has to show that it works again.
    return this.health.isFine || starting === 0;
  }

  async #launch(urgency: 'waited-for' | 'refill'): Promise<void> {
    this.fleet.announced += 1;
    const giveBack = await this.#parts.limiter.enter(urgency);
    this.fleet.announced -= 1;
    const prewarmed = this.fleet.count('prewarmed') + this.fleet.count('starting');
    const needed = this.#waiting.length > this.fleet.starting || (!this.#closing && prewarmed < this.entry.warmPool);
    if (!needed || performance.now() < this.health.retryAt) {
      giveBack();
      return this.#advance();
    }
    const sandbox = new Sandbox(this.name, this.entry, this.#parts.engine, this, this.#parts.bus);
    this.fleet.add(sandbox);
    await sandbox.live(this.#setting.image, this.#parts.openEndpoint, giveBack);
  }

  /** Lets containers go: used ones unless it is crowded, prewarmed containers that are too many or no longer wanted. */
  #dismiss(now: number): void {
    const drains = this.entry.serving.kind === 'reuse';
    let prewarmed = 0;
    for (const sandbox of this.fleet) {
      if (sandbox.condition === 'prewarmed') {
        prewarmed += 1;
        if (now >= this.#warmPoolUntil || prewarmed > this.entry.warmPool) sandbox.leave();
        else this.#timer.set(this.#warmPoolUntil);
      } else if (sandbox.condition === 'idle') {
        if (drains && !sandbox.isUsedUp && now < this.#crowdedUntil) this.#timer.set(this.#crowdedUntil);
        else sandbox.leave();
      }
    }
  }

  #refill(now: number): void {
    let missing = this.entry.warmPool - this.fleet.starting - this.fleet.count('prewarmed');
    if (this.#closing || now >= this.#warmPoolUntil || missing <= 0) this.#refillAt = Number.POSITIVE_INFINITY;
    if (this.#refillAt === Number.POSITIVE_INFINITY) return;
    const at = Math.max(this.#refillAt, this.#crowdedUntil);
    if (now < at) return this.#timer.set(at);
    for (; missing > 0 && this.#mayStart(now, this.fleet.starting); missing -= 1) void this.#launch('refill');
  }

  #refillIn(ms: number): void {
    this.#refillAt = Math.min(this.#refillAt, performance.now() + ms);
  }

  ready(): void {
    this.#advance();
  }

  polling(): void {
    if (this.#waiting.length > 0) this.#advance();
  }

  answered(sandbox: Sandbox, invocation: Invocation, outcome: Outcome): void {
    this.#serving.delete(invocation);
    this.#refillIn(REFILL_PAUSE_MS);
    if (this.health.learnFrom(outcome) === 'answer') {
      invocation.settle(outcome);
      // The caller's answer goes out first, then all that follows from it.
      setImmediate(() => this.#advance());
    } else {
      invocation.waitAgain();
      this.#waiting.addFirst(invocation);
      sandbox.leave();
      this.#advance();
    }
  }

  gone(sandbox: Sandbox, end: SandboxEnd, unanswered: Invocation[]): void {
    this.fleet.delete(sandbox);
    this.#refillIn(REFILL_PAUSE_MS);
    const verdict = this.health.judge(end, sandbox.wasDismissed || unanswered.length > 0);
    if (verdict.kind === 'give-up') {
      for (const invocation of this.#waiting.takeAll()) invocation.giveUp(verdict.error, sandbox.containerId);
    }
    for (const invocation of unanswered.toReversed()) this.#retry(invocation, sandbox, end, unanswered.length);
    this.#advance();
  }

  /** Its container died under it and under `unanswered` in all: again and alone, as long as deadline and retries allow. */
  #retry(invocation: Invocation, { containerId, served }: Sandbox, end: SandboxEnd, unanswered: number): void {
    this.#serving.delete(invocation);
    const verdict = diedUnderIt(invocation, end, this.entry.memoryMb);
    if (invocation.remainingMs === 0) return invocation.conclude(timedOut(invocation, this.health.platformsFault));
    if (invocation.deaths >= RETRIES) return invocation.settle(verdict);
    const wasAlone = unanswered === 1 && (invocation.deaths > 0 || served === 0);
    invocation.waitAlone(isItsOwnDoing(end, wasAlone) ? { outcome: verdict, containerId } : undefined);
    this.#waiting.addFirst(invocation);
    const { deaths, who } = invocation;
    const reason = reasonOf(end, this.entry.memoryMb);
    this.#parts.bus.publish({ type: 'invocation.retried', ...who, containerId, attempt: deaths + 1, reason });
  }

  async #expire(invocation: Invocation): Promise<void> {
    if (this.#waiting.remove(invocation)) {
      const { blame } = invocation;
      const silent = this.fleet.silentFor(invocation.deadlineMs * SILENT);
      await silent?.kill();
      if (silent) return invocation.giveUp(neverAsked(invocation), silent.containerId);
      if (blame) return invocation.giveUp(blame.outcome, blame.containerId);
      return invocation.fail(notRunInTime(invocation, this.health.why));
    }
    await this.#serving.get(invocation)?.kill();
    // Removing the container answers the event; if the engine could not remove it, the caller still gets to know.
    if (invocation.state === 'running') invocation.conclude(timedOut(invocation, this.health.platformsFault));
  }
}
