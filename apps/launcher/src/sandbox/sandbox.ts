import { randomBytes } from 'node:crypto';
import type { FunctionEntry } from '@serverless-vote/catalog';
import type { Clock } from '@serverless-vote/contracts/clock';
import type { Engine, StartedSandbox } from '@serverless-vote/engine';
import type { EventBus } from '../model/event-bus.ts';
import type { Attempt, Invocation, Outcome } from '../model/invocation.ts';
import type { AnswerCall, OpenRuntimeEndpoint, Poll, RuntimeClient } from './runtime-client.ts';
import { endOfUnused, type SandboxEnd } from './sandbox-end.ts';
import { SandboxLog } from './sandbox-log.ts';
import { sandboxSpec } from './sandbox-spec.ts';
import type { Condition, State } from './sandbox-state.ts';
import { StartTimes } from './start-times.ts';
import { StdioExchange } from './stdio-exchange.ts';

/** What a sandbox reports to its pool: `ready` at most once, `polling` at every further `next`, `gone` exactly once. */
export interface SandboxOwner {
  /** @param startMs from the start of its creation */
  ready(startMs: number): void;
  polling(): void;
  answered(sandbox: Sandbox, attempt: Attempt, outcome: Outcome): void;
  gone(sandbox: Sandbox, end: SandboxEnd, unanswered: Attempt[]): void;
}

export interface SandboxParts {
  engine: Engine;
  openEndpoint: OpenRuntimeEndpoint;
  answerCall?: AnswerCall;
  bus: EventBus;
  clock: Clock;
}

/** How long a container may take to exit by itself after it was told that there are no more events. */
const LEAVE_GRACE_MS = 2_000;

/** One container of a function, from its creation to its removal. The only record of its events in flight. */
export class Sandbox implements RuntimeClient {
  readonly id = randomBytes(6).toString('hex');
  readonly name: string;
  readonly call: RuntimeClient['call'];
  containerId = '';
  /** Was it told to end, or has had its last event, so that its end says nothing about the function? */
  wasDismissed = false;
  readonly #entry: FunctionEntry;
  readonly #parts: SandboxParts;
  readonly #owner: SandboxOwner;
  readonly #log: SandboxLog;
  readonly #times: StartTimes;
  #state: State = { kind: 'starting' };
  /** The engine or the pool no longer wants it, which may happen before it is ready. */
  #isUnwanted = false;
  #removal: Promise<void> | undefined;
  #startIsOver: () => void = () => undefined;
  readonly #answered = new Set<string>();

  constructor(name: string, entry: FunctionEntry, owner: SandboxOwner, parts: SandboxParts) {
    this.name = name;
    this.#entry = entry;
    this.#owner = owner;
    this.#parts = parts;
    this.#log = new SandboxLog(name, parts.bus);
    this.#times = new StartTimes(parts.clock.now());
    const { answerCall } = parts;
    if (answerCall && entry.mayInvoke.length > 0) this.call = (...call) => answerCall(this.#inFlight, ...call);
  }

  /** Runs its whole life cycle; calls `startIsOver` when it is ready or has failed to start; resolves when it has been removed. Never rejects. */
  async live(image: string, startIsOver: () => void): Promise<void> {
    const { engine, openEndpoint, bus, clock } = this.#parts;
    bus.publish({ type: 'container.starting', ...this.#who });
    this.#startIsOver = startIsOver;
    let end: SandboxEnd;
    let endpoint: Awaited<ReturnType<OpenRuntimeEndpoint>> | undefined;
    try {
      if (this.#entry.protocol !== 'stdio') endpoint = await openEndpoint(this.id, this);
      end = await this.#run(await engine.start(sandboxSpec(this.#who, this.#entry, image, endpoint)));
    } catch (error) {
      end = { kind: 'not-started', error: error instanceof Error ? error : new Error(String(error)) };
      bus.publish({ type: 'container.failed', ...this.#who, reason: end.error.message });
    }
    startIsOver();
    endpoint?.close();
    await this.kill();
    const { served } = this;
    const unanswered = this.#state.kind === 'ready' ? [...this.#state.hand.values()] : [];
    if (this.#state.kind === 'leaving') this.#state.cancelKill();
    this.#state = { kind: 'gone', served };
    this.#log.close();
    const exit = end.kind === 'ended' ? end.exit : ({ kind: 'lost' } as const);
    const lifetimeMs = clock.now() - this.#times.createdAt;
    const containerId = this.containerId || undefined;
    bus.publish({ type: 'container.gone', ...this.#who, containerId, exit, lifetimeMs, served });
    this.#owner.gone(this, end, unanswered);
  }

  async #run(started: StartedSandbox): Promise<SandboxEnd> {
    const { containerId, createMs, startMs, output } = started;
    const { deadlineMs, memoryMb } = this.#entry;
    this.containerId = containerId;
    Object.assign(this.#times, { createMs, startMs });
    this.#parts.bus.publish({ type: 'container.started', ...this.#who, containerId, createMs, startMs });
    this.#log.follow(containerId, output);
    const cancel = this.#parts.clock.after(deadlineMs, () => {
      if (this.#state.kind !== 'starting') return;
      this.initFailed('Runtime.InitTimeout', `The container did not ask for an event within ${deadlineMs} ms.`);
      void this.kill();
    });
    void started.withdrawn?.then(() => this.#withdraw());
    // It may have polled for its first event before the engine reported that it had started.
    if (this.#times.readyAt > 0) this.#announceReady();
    const { stdio } = started;
    const exchange = stdio && new StdioExchange(this, { output, stdio }, () => void this.kill());
    const exit = await started.exited;
    cancel();
    if (exchange) return exchange.ended(exit, memoryMb);
    if (this.#state.kind !== 'starting') return { kind: 'ended', exit };
    const { initError } = this.#state;
    return initError ? { kind: 'init-failed', ...initError } : endOfUnused(exit, memoryMb);
  }

  get #who() {
    return { sandboxId: this.id, name: this.name };
  }

  get #reuse() {
    return this.#entry.serving.kind === 'reuse' ? this.#entry.serving : { inFlight: 1, events: 1 };
  }

  get allowedInFlight(): number {
    return this.#reuse.inFlight;
  }

  /** May it take an event now? `alone`: only if it has no other in flight. */
  canTake(alone: boolean): boolean {
    const state = this.#state;
    if (state.kind !== 'ready' || state.intake !== 'open' || state.polls.length === 0 || this.containerId === '')
      return false;
    const { inFlight, events } = this.#reuse;
    const [first] = state.hand.values();
    if (first !== undefined && (alone || first.invocation.deaths > 0)) return false;
    return state.hand.size < inFlight && state.served + state.hand.size < events;
  }

  get condition(): Condition {
    if (this.#state.kind !== 'ready') return this.#state.kind;
    if (this.#state.hand.size > 0) return 'serving';
    return this.#state.served === 0 ? 'prewarmed' : 'idle';
  }

  /** How long its container has run without polling, in milliseconds; 0 if it has polled or does not run yet. */
  get silentMs(): number {
    if (this.#state.kind !== 'starting' || this.containerId === '') return 0;
    return this.#parts.clock.now() - this.#times.startedAt;
  }

  get #inFlight(): Invocation[] {
    return this.#state.kind === 'ready' ? Array.from(this.#state.hand.values(), ({ invocation }) => invocation) : [];
  }

  get inFlight(): number {
    return this.#state.kind === 'ready' ? this.#state.hand.size : 0;
  }

  get served(): number {
    return this.#state.kind === 'starting' ? 0 : this.#state.served;
  }

  /** Has it served events, and may it serve more? */
  get isReusable(): boolean {
    const isInUse = this.condition === 'serving' || this.condition === 'idle';
    return isInUse && !this.#isUnwanted && this.served + this.inFlight < this.#reuse.events;
  }

  /** The attempt at this event, if it has the event in flight. */
  attemptAt({ requestId }: Invocation): Attempt | undefined {
    return this.#state.kind === 'ready' ? this.#state.hand.get(requestId) : undefined;
  }

  /** Hands it an event. Call only if `canTake` is true. */
  hand(invocation: Invocation): Attempt {
    const state = this.#state;
    const poll = state.kind === 'ready' ? state.polls.shift() : undefined;
    if (state.kind !== 'ready' || !poll) throw new Error('A sandbox that cannot take an event was handed one.');
    const wasUsed = state.served + state.hand.size > 0;
    const paid = wasUsed ? {} : this.#times.paidSince(invocation.arrivedAt);
    const startKind = wasUsed ? 'warm' : Object.keys(paid).length > 0 ? 'cold' : 'prewarmed';
    const { containerId } = this;
    const attempt: Attempt = { invocation, containerId, startKind, handedAt: this.#parts.clock.now(), paid };
    state.hand.set(invocation.requestId, attempt);
    this.#log.expect(invocation);
    poll.deliver(invocation);
    return attempt;
  }

  poll(poll: Poll): 'open' | 'refused' {
    const state = this.#state;
    if (state.kind === 'starting') {
      this.#state = { kind: 'ready', polls: [poll], hand: new Map(), served: 0, intake: 'open' };
      this.#times.readyAt = this.#parts.clock.now();
      if (this.containerId !== '') this.#announceReady();
      return 'open';
    }
    if (state.kind !== 'ready') {
      this.#dismiss(poll);
      return 'open';
    }
    if (state.polls.length + state.hand.size >= this.allowedInFlight) return 'refused';
    state.polls.push(poll);
    if (this.containerId !== '') this.#owner.polling();
    return 'open';
  }

  unpoll(poll: Poll): void {
    if (this.#state.kind === 'ready') this.#state.polls = this.#state.polls.filter((open) => open !== poll);
  }

  #announceReady(): void {
    const { initMs } = this.#times;
    this.#parts.bus.publish({ type: 'container.ready', ...this.#who, containerId: this.containerId, initMs });
    this.#startIsOver();
    if (this.#isUnwanted) this.#withdraw();
    this.#owner.ready(this.#times.readyAt - this.#times.createdAt);
  }

  standing(requestId: string): 'in-hand' | 'answered' | 'not-yours' {
    if (this.#state.kind === 'ready' && this.#state.hand.has(requestId)) return 'in-hand';
    return this.#answered.has(requestId) ? 'answered' : 'not-yours';
  }

  answer(requestId: string, outcome: Outcome): void {
    const state = this.#state;
    const attempt = state.kind === 'ready' ? state.hand.get(requestId) : undefined;
    if (state.kind !== 'ready' || !attempt || state.intake === 'lost') return;
    state.hand.delete(requestId);
    state.served += 1;
    if (state.served === this.#reuse.events) this.wasDismissed = true;
    this.#answered.add(requestId);
    this.#owner.answered(this, attempt, outcome);
  }

  initFailed(errorType: string, message: string): void {
    if (this.#state.kind === 'starting') this.#state = { kind: 'starting', initError: { errorType, message } };
  }

  /** Tells it that there are no more events, so that it exits with status 0; kills it if it doesn't. Does nothing while it has events in flight. */
  leave(): void {
    const state = this.#state;
    if (state.kind !== 'ready' || state.hand.size > 0) return;
    this.wasDismissed = true;
    const cancelKill = this.#parts.clock.after(LEAVE_GRACE_MS, () => void this.kill());
    this.#state = { kind: 'leaving', served: state.served, cancelKill };
    const { containerId } = this;
    this.#parts.bus.publish({ type: 'container.leaving', ...this.#who, containerId, served: state.served });
    for (const poll of state.polls) this.#dismiss(poll);
  }

  /** Lambda's own clients don't know an end of the events: Lambda ends them while they wait for the next one. */
  #dismiss(poll: Poll): void {
    if (this.#entry.protocol === 'runtime-api-tcp') void this.kill();
    else poll.dismiss();
  }

  /** It gets no new events, and may finish those in flight. */
  #closeIntake(): void {
    this.#isUnwanted = true;
    if (this.#state.kind === 'ready' && this.#state.intake === 'open') this.#state.intake = 'closed';
  }

  /** The engine wants to stop it. */
  #withdraw(): void {
    this.#closeIntake();
    this.leave();
  }

  /** Does it have events in flight, none of which has lost a container before? */
  get isAtFreshWork(): boolean {
    if (this.#state.kind !== 'ready' || this.#state.intake === 'lost' || this.#state.hand.size === 0) return false;
    return this.#inFlight.every(({ deaths }) => deaths === 0);
  }

  /** Kills it with its events in flight, as a crash would: later answers are ignored. Returns the number of those events. */
  killAtWork(): number {
    if (this.#state.kind === 'ready') this.#state.intake = 'lost';
    void this.kill();
    return this.inFlight;
  }

  /** Ends it by force; resolves when the engine has removed it, or has failed to, which is then retried. Safe to call twice. */
  kill(): Promise<void> {
    this.#closeIntake();
    this.#removal ??= this.#parts.engine.remove(this.id).catch((error: unknown) => {
      this.#removal = undefined;
      const reason = `not removed: ${error instanceof Error ? error.message : String(error)}`;
      this.#parts.bus.publish({ type: 'container.failed', ...this.#who, reason });
    });
    return this.#removal;
  }
}
