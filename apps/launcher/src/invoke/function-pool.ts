import type { FunctionEntry } from '@serverless-vote/catalog';
import { EarliestTimer } from '@serverless-vote/contracts/clock';
import { LauncherError, unavailable } from '../model/errors.ts';
import type { Attempt, Invocation, Outcome } from '../model/invocation.ts';
import { STARTS_PER_CORE, type StartLimiter } from '../model/start-limiter.ts';
import { Sandbox, type SandboxOwner, type SandboxParts } from '../sandbox/sandbox.ts';
import type { SandboxEnd } from '../sandbox/sandbox-end.ts';
import { Containers } from './containers.ts';
import { Crowd } from './crowd.ts';
import { PaceMeter } from './pace-meter.ts';
import { PendingQueue } from './pending-queue.ts';
import { afterLoss, timedOut, type Verdict, waitedInVain } from './retry-policy.ts';
import * as policy from './scaling-policy.ts';
import { StartHealth } from './start-health.ts';

/** A container that hasn't asked for an event after this share of the event's deadline never will. That is the function's fault. */
const SILENT = 0.5;

export interface FunctionPoolParts extends SandboxParts {
  limiter: StartLimiter;
}

/**
 * The containers of one function, and the events that wait for them. Guarantees:
 *
 * 1. An event goes to an idle or prewarmed container; else to one in use, if the function allows reuse; else it is queued, in order.
 * 2. A container is started only while waiting events outnumber starting containers, within the function's concurrency,
 *    and not while a container in use will take the event sooner than a new one could.
 * 3. A container exits after its answer, unless the function allows reuse and either events arrive more quickly than containers can be
 *    started, or no other container is ready for the next event.
 * 4. While there is activity, `warmPool` containers are kept prewarmed. One that was taken is replaced after the answer has been sent.
 * 5. An event whose container exited before answering runs again first, in a container of its own. Only that run can show it to be at fault.
 * 6. Every event is answered: by its function, or with an error at its deadline, when the queue is full, or when its
 *    container exited three times before answering. A caller is told of a time-out after the container has been removed.
 *
 * scaling-policy.ts and retry-policy.ts decide when to start, keep and retry; this class carries it out.
 */
export class FunctionPool implements SandboxOwner {
  readonly name: string;
  readonly entry: FunctionEntry;
  readonly fleet = new Containers();
  readonly health: StartHealth;
  readonly #setting: { image: string; idleTimeoutMs: number };
  readonly #parts: FunctionPoolParts;
  readonly #pending: PendingQueue;
  readonly #paceMeter: PaceMeter;
  readonly #crowd: Crowd;
  readonly #timer: EarliestTimer;
  #warmUntil = 0;
  #refillAt: number | undefined;
  #isClosing = false;

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
    this.#pending = new PendingQueue(entry.queue);
    this.#paceMeter = new PaceMeter(parts.limiter.places / STARTS_PER_CORE);
    this.#crowd = new Crowd(parts.clock, (type) => entry.serving.kind === 'reuse' && parts.bus.publish({ type, name }));
    this.health = new StartHealth(parts.clock);
    this.#timer = new EarliestTimer(() => this.#advance(), parts.clock);
  }

  get waiting(): number {
    return this.#pending.length;
  }

  /** Accepts an event; its `answer` settles later. @throws {LauncherError} TooManyRequestsException when the queue is full */
  submit(invocation: Invocation): void {
    // What a function calls belongs to an event that is in progress.
    if (this.#isClosing && invocation.path.length === 1)
      throw unavailable('The launcher is shutting down. Try again soon.', 5);
    if (!this.#pending.fits(invocation.payload)) {
      const message = `${this.waiting} events of ${this.name} are waiting already. Try again soon.`;
      throw new LauncherError('TooManyRequestsException', message, { retryAfterSeconds: 1 });
    }
    this.#keepWarm();
    // The rate only matters to functions that allow reuse.
    if (this.entry.serving.kind === 'reuse')
      this.#crowd.lastsFor(policy.reuseForMs(this.#paceMeter.arrived(this.#parts.clock.now())));
    const cancel = this.#parts.clock.after(invocation.remainingMs, () => void this.#expire(invocation));
    invocation.answer.then(cancel, cancel);
    this.#pending.add(invocation);
    this.#advance();
  }

  /** Drops a queued event whose caller has disconnected. An event that is already running continues. */
  abandon(invocation: Invocation): void {
    if (this.#pending.remove(invocation)) invocation.fail(unavailable('The caller left before the event was served.'));
  }

  /** The function will probably be invoked soon: keeps the warm pool until the idle timeout. */
  prewarm(): void {
    this.#keepWarm();
    this.#refillIn(0);
    this.#advance();
  }

  /** Accepts no more events, waits at most `graceMs` for those in flight, then removes every container. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    this.#warmUntil = 0;
    this.#crowd.end();
    const end = performance.now() + graceMs;
    this.#advance();
    while (this.fleet.total + this.waiting > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      this.#advance();
    }
    for (const invocation of this.#pending.takeAll()) invocation.fail(unavailable('The launcher is shutting down.'));
    await Promise.all(Array.from(this.fleet, (sandbox) => sandbox.kill()));
    this.#timer.clear();
  }

  #keepWarm(): void {
    this.#warmUntil = this.#parts.clock.now() + this.#setting.idleTimeoutMs;
  }

  #refillIn(ms: number): void {
    this.#refillAt = Math.min(this.#refillAt ?? Number.POSITIVE_INFINITY, this.#parts.clock.now() + ms);
  }

  get #situation(): policy.Situation {
    const first = this.#pending.at(0);
    const now = this.#parts.clock.now();
    return {
      now,
      limits: this.entry,
      pace: this.#paceMeter.at(now),
      isClosing: this.#isClosing,
      waiting: this.waiting,
      first: first && { arrivedAt: first.arrivedAt, alone: first.deaths > 0 },
      containers: this.fleet.total,
      starting: this.fleet.starting,
      prewarmed: this.fleet.count('prewarmed'),
      hasReusable: this.fleet.find(({ isReusable }) => isReusable) !== undefined,
      startsWork: this.health.isFine,
      startsAgainAt: this.health.retryAt,
      warmUntil: this.#warmUntil,
      refillAt: this.#refillAt,
      crowdedUntil: this.#crowd.until,
    };
  }

  /** Does all that is due. Called after every change, and by the timer. */
  #advance(): void {
    this.#handOut();
    this.#start(policy.startsForWaiting(this.#situation), 'waited-for');
    this.#dismiss();
    const refills = policy.refills(this.#situation);
    if (refills.kind === 'none') this.#refillAt = undefined;
    this.#start(refills, 'refill');
  }

  #handOut(): void {
    let isShared = false;
    for (let index = 0; index < this.waiting; ) {
      const invocation = this.#pending.at(index);
      if (!invocation) return;
      const alone = invocation.deaths > 0;
      const sandbox = this.fleet.taker(alone);
      if (!sandbox && !alone) break;
      if (!sandbox) {
        index += 1;
        continue;
      }
      this.#pending.remove(invocation);
      const { containerId, startKind } = sandbox.hand(invocation);
      this.#parts.bus.publish({ type: 'invocation.running', ...invocation.who, containerId, startKind });
      isShared ||= sandbox.inFlight > 1;
      if (startKind === 'prewarmed') this.#refillIn(policy.REFILL_LATEST_MS);
    }
    const areSeveral = this.waiting > 1 || (this.waiting > 0 && this.fleet.count('serving') > 0);
    if (isShared || areSeveral) this.#crowd.lastsFor(policy.CROWDED_MS);
  }

  #start(starts: policy.Starts, urgency: 'waited-for' | 'refill'): void {
    if (starts.kind === 'later') this.#timer.set(starts.at);
    if (starts.kind === 'now') for (let i = 0; i < starts.count; i += 1) void this.#launch(urgency);
  }

  async #launch(urgency: 'waited-for' | 'refill'): Promise<void> {
    this.fleet.announced += 1;
    const giveBack = await this.#parts.limiter.enter(urgency, this.name);
    this.fleet.announced -= 1;
    if (!policy.isStillWanted(this.#situation)) {
      giveBack();
      return this.#advance();
    }
    const sandbox = new Sandbox(this.name, this.entry, this, this.#parts);
    this.fleet.add(sandbox);
    await sandbox.live(this.#setting.image, giveBack);
  }

  /** Ends the idle containers that the policy doesn't keep. */
  #dismiss(): void {
    const situation = this.#situation;
    let rank = 0;
    for (const sandbox of this.fleet) {
      const { condition, isReusable } = sandbox;
      if (condition !== 'prewarmed' && condition !== 'idle') continue;
      if (condition === 'prewarmed') rank += 1;
      const until = policy.staysUntil(
        situation,
        condition === 'prewarmed' ? { kind: 'prewarmed', rank } : { kind: 'idle', isReusable },
      );
      if (situation.now < until) this.#timer.set(until);
      else sandbox.leave();
    }
  }

  ready(startMs: number): void {
    this.#paceMeter.started(startMs);
    this.#advance();
  }

  polling(): void {
    if (this.waiting > 0) this.#advance();
  }

  answered(sandbox: Sandbox, attempt: Attempt, outcome: Outcome): void {
    this.#refillIn(policy.REFILL_PAUSE_MS);
    if (this.health.learnFrom(outcome) === 'answer') {
      attempt.invocation.settle(outcome, attempt);
      // The answer is sent first; everything else happens after it.
      setImmediate(() => this.#advance());
    } else {
      const { invocation } = attempt;
      // An event past its deadline is not queued again: its timer has already fired, so nothing would end the wait.
      if (invocation.remainingMs === 0)
        this.#conclude(invocation, waitedInVain(invocation, undefined, this.health.why), attempt);
      else this.#pending.addFirst(invocation);
      sandbox.leave();
      this.#advance();
    }
  }

  gone(sandbox: Sandbox, end: SandboxEnd, unanswered: Attempt[]): void {
    this.fleet.delete(sandbox);
    this.#refillIn(policy.REFILL_PAUSE_MS);
    const verdict = this.health.judge(end, sandbox.wasDismissed || unanswered.length > 0);
    if (verdict.kind === 'give-up') {
      const { error } = verdict;
      for (const invocation of this.#pending.takeAll()) {
        if (error instanceof Error) invocation.fail(error);
        else invocation.settleUnrun(error, sandbox.containerId);
      }
    }
    const { memoryMb } = this.entry;
    const loss = {
      containerId: sandbox.containerId,
      end,
      memoryMb,
      served: sandbox.served,
      unanswered: unanswered.length,
    };
    for (const attempt of unanswered.toReversed())
      this.#conclude(attempt.invocation, afterLoss(attempt.invocation, loss, this.health.platformsFault), attempt);
    this.#advance();
  }

  async #expire(invocation: Invocation): Promise<void> {
    if (this.#pending.remove(invocation)) {
      const silent = this.fleet.find(({ silentMs }) => silentMs >= this.entry.deadlineMs * SILENT);
      silent?.initFailed('Runtime.InitTimeout', 'The container did not ask for an event before an event’s deadline.');
      await silent?.kill();
      return this.#conclude(invocation, waitedInVain(invocation, silent?.containerId, this.health.why));
    }
    const holder = this.fleet.find((sandbox) => sandbox.attemptAt(invocation) !== undefined);
    await holder?.kill();
    // Removing the container answers the event. If the engine can't remove it, the caller is still answered.
    const attempt = holder?.attemptAt(invocation);
    if (attempt)
      this.#conclude(invocation, timedOut(invocation, attempt.containerId, this.health.platformsFault), attempt);
  }

  #conclude(invocation: Invocation, verdict: Verdict, attempt?: Attempt): void {
    if (verdict.kind === 'fail') return invocation.fail(verdict.error);
    if (verdict.kind === 'answer') {
      const { outcome, containerId } = verdict;
      return attempt ? invocation.settle(outcome, attempt) : invocation.settleUnrun(outcome, containerId);
    }
    invocation.deaths += 1;
    invocation.blame = verdict.blame;
    this.#pending.addFirst(invocation);
    const { who, deaths } = invocation;
    const about = { containerId: attempt?.containerId ?? '', attempt: deaths + 1, reason: verdict.reason };
    this.#parts.bus.publish({ type: 'invocation.retried', ...who, ...about });
  }
}
