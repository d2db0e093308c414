import { randomBytes } from 'node:crypto';
import type { Phases } from '@serverless-vote/contracts/lifecycle';
import type { Engine, StartedSandbox } from '@serverless-vote/engine';
import type { FunctionEntry } from '../model/catalog.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { Invocation, Outcome } from '../model/invocation.ts';
import type { OpenRuntimeEndpoint, Poll, RuntimeClient } from './runtime-client.ts';
import { reasonOf, type SandboxEnd } from './sandbox-end.ts';
import { SandboxLog } from './sandbox-log.ts';
import { sandboxSpec } from './sandbox-spec.ts';

/** What a sandbox promises to tell its pool: `ready` at most once, `polling` at every further `next`, `gone` exactly once. */
export interface SandboxOwner {
  ready(sandbox: Sandbox): void;
  polling(sandbox: Sandbox): void;
  answered(sandbox: Sandbox, invocation: Invocation, outcome: Outcome): void;
  gone(sandbox: Sandbox, end: SandboxEnd, unanswered: Invocation[]): void;
}

/*
 *            next              no more events              exit
 *  starting ─────▶ ready ──────────────────────▶ leaving ─────────▶ gone
 *     │              │  event ▲                     │                ▲
 *     │              ▼        │ response, error     │ lingers        │
 *     │           (in flight) ┘                     ▼                │
 *     └──────────────┴───── exit, kill, deadline ───┴────────────────┘
 */
type State =
  | { kind: 'starting'; initError?: { errorType: string; message: string } }
  | { kind: 'ready'; polls: Poll[]; inFlight: Map<string, Invocation>; served: number }
  | { kind: 'leaving'; served: number; lingering: NodeJS.Timeout }
  | { kind: 'gone'; served: number };

/** A sandbox that was told to leave, or has answered its last event, gets this long to exit by itself. */
const LEAVE_GRACE_MS = 2_000;

/** One container of a function, from its creation to its removal. */
export class Sandbox implements RuntimeClient {
  readonly id = randomBytes(6).toString('hex');
  readonly name: string;
  readonly createdAt = performance.now();
  containerId = '';
  readonly #who: { sandboxId: string; name: string };
  #state: State = { kind: 'starting' };
  #times = { createMs: 0, startMs: 0, readyAt: 0 };
  #removal: Promise<void> | undefined;
  #started: () => void = () => undefined;
  wasDismissed = false;
  /** It is being killed at work: what it still answers comes too late. */
  #doomed = false;
  /** It should be gone: it gets nothing new, and may finish what it has. */
  #withdrawn = false;
  readonly #answered = new Set<string>();
  readonly #log: SandboxLog;

  readonly #entry: FunctionEntry;
  readonly #engine: Engine;
  readonly #owner: SandboxOwner;
  readonly #bus: EventBus;

  constructor(name: string, entry: FunctionEntry, engine: Engine, owner: SandboxOwner, bus: EventBus) {
    this.name = name;
    this.#who = { sandboxId: this.id, name };
    this.#entry = entry;
    this.#engine = engine;
    this.#owner = owner;
    this.#bus = bus;
    this.#log = new SandboxLog(name, bus);
  }

  /** Runs it through its whole life; calls `started` when it is ready or won't be; resolves when nothing of it is left. Never rejects. */
  async live(image: string, openEndpoint: OpenRuntimeEndpoint, started: () => void): Promise<void> {
    this.#bus.publish({ type: 'container.starting', ...this.#who });
    this.#started = started;
    let end: SandboxEnd;
    let endpoint: Awaited<ReturnType<OpenRuntimeEndpoint>> | undefined;
    try {
      endpoint = await openEndpoint(this.id, this);
      const spec = sandboxSpec(this.#who, this.#entry, image, endpoint);
      end = await this.#run(await this.#engine.start(spec));
    } catch (error) {
      end = { kind: 'not-started', error: error instanceof Error ? error : new Error(String(error)) };
      this.#bus.publish({ type: 'container.failed', ...this.#who, reason: end.error.message });
    }
    started();
    endpoint?.close();
    await this.kill();
    const state = this.#state;
    const unanswered = state.kind === 'ready' ? [...state.inFlight.values()] : [];
    const { served } = this;
    if (state.kind === 'leaving') clearTimeout(state.lingering);
    this.#state = { kind: 'gone', served };
    this.#log.close();
    const exit = end.kind === 'ended' ? end.exit : ({ kind: 'lost' } as const);
    const lifetimeMs = performance.now() - this.createdAt;
    const containerId = this.containerId || undefined;
    this.#bus.publish({ type: 'container.gone', ...this.#who, containerId, exit, lifetimeMs, served });
    this.#owner.gone(this, end, unanswered);
  }

  async #run(started: StartedSandbox): Promise<SandboxEnd> {
    const { containerId, createMs, startMs, output } = started;
    this.containerId = containerId;
    this.#times = { ...this.#times, createMs, startMs };
    this.#bus.publish({ type: 'container.started', ...this.#who, containerId, createMs, startMs });
    this.#log.follow(containerId, output);
    const tooSlow = setTimeout(() => {
      if (this.#state.kind !== 'starting') return;
      this.initFailed(
        'Runtime.InitTimeout',
        `The container did not ask for an event within ${this.#entry.deadlineMs} ms.`,
      );
      void this.kill();
    }, this.#entry.deadlineMs);
    void started.withdrawn?.then(() => {
      this.#withdrawn = true;
      this.leave();
    });
    // It may have asked for its first event before the engine told us that it had started.
    if (this.#times.readyAt > 0) this.#announceReady();
    const exit = await started.exited;
    clearTimeout(tooSlow);
    if (this.#state.kind !== 'starting') return { kind: 'ended', exit };
    // Somebody took it away: that says nothing of the function.
    if (exit.kind === 'lost' && !this.#state.initError) return { kind: 'ended', exit };
    const why = reasonOf({ kind: 'ended', exit }, this.#entry.memoryMb);
    const unsaid = { errorType: 'Runtime.ExitError', message: `Runtime exited during init: ${why}` };
    const { errorType, message } = this.#state.initError ?? unsaid;
    return { kind: 'init-failed', errorType, message };
  }

  get allowedInFlight(): number {
    return this.#entry.serving.kind === 'reuse' ? this.#entry.serving.inFlight : 1;
  }

  /** May it take an event now? `alone`: only if it has no other in hand. */
  canTake(alone: boolean): boolean {
    const state = this.#state;
    if (
      state.kind !== 'ready' ||
      state.polls.length === 0 ||
      this.containerId === '' ||
      this.#doomed ||
      this.#withdrawn
    )
      return false;
    if (state.served === 0 && state.inFlight.size === 0) return true;
    if ((alone && state.inFlight.size > 0) || this.#entry.serving.kind === 'single-use') return false;
    const { inFlight, events } = this.#entry.serving;
    const first = state.inFlight.values().next().value;
    return state.inFlight.size < inFlight && state.served + state.inFlight.size < events && (first?.deaths ?? 0) === 0;
  }

  /** What it does, in one word. A `prewarmed` one is ready and has never had an event, an `idle` one has had some. */
  get condition(): 'starting' | 'prewarmed' | 'serving' | 'idle' | 'leaving' | 'gone' {
    if (this.#state.kind !== 'ready') return this.#state.kind;
    if (this.#state.inFlight.size > 0) return 'serving';
    return this.#state.served === 0 ? 'prewarmed' : 'idle';
  }

  /** How long its container has run without asking for an event, in milliseconds; 0 if it has asked or does not run yet. */
  get silentMs(): number {
    const { createMs, startMs } = this.#times;
    if (this.#state.kind !== 'starting' || this.containerId === '') return 0;
    return performance.now() - this.createdAt - createMs - startMs;
  }

  get inFlight(): number {
    return this.#state.kind === 'ready' ? this.#state.inFlight.size : 0;
  }

  get served(): number {
    return this.#state.kind === 'starting' ? 0 : this.#state.served;
  }

  /** Has had as many events as its catalog entry allows one container, or as the engine lets it have. */
  get isUsedUp(): boolean {
    return this.#withdrawn || this.served >= (this.#entry.serving.kind === 'reuse' ? this.#entry.serving.events : 1);
  }

  /** Will it take further events without anything being started? */
  get isReusable(): boolean {
    const working = this.condition === 'serving' || this.condition === 'idle';
    return working && this.#entry.serving.kind === 'reuse' && !this.isUsedUp;
  }

  /** Hands it an event; only after `canTake` said yes. */
  hand(invocation: Invocation): void {
    const state = this.#state;
    const poll = state.kind === 'ready' ? state.polls.shift() : undefined;
    if (state.kind !== 'ready' || !poll) throw new Error('A sandbox that cannot take an event was handed one.');
    state.inFlight.set(invocation.requestId, invocation);
    this.#log.expect(invocation);
    poll.deliver(invocation);
  }

  /** Which parts of its start fell into the time since `arrivedAt`, so were paid for by who arrived then: none if it was ready before. */
  startPaidSince(arrivedAt: number): Phases {
    const created = this.createdAt + this.#times.createMs;
    const started = created + this.#times.startMs;
    const paid = (from: number, to: number) => Math.max(0, to - Math.max(from, arrivedAt));
    if (this.#times.readyAt <= arrivedAt) return {};
    return {
      create: paid(this.createdAt, created),
      start: paid(created, started),
      init: paid(started, this.#times.readyAt),
    };
  }

  poll(poll: Poll): 'open' | 'refused' {
    if (this.#state.kind === 'starting') {
      this.#state = { kind: 'ready', polls: [poll], inFlight: new Map(), served: 0 };
      this.#times.readyAt = performance.now();
      if (this.containerId !== '') this.#announceReady();
      return 'open';
    }
    const state = this.#state;
    if (state.kind !== 'ready') {
      poll.dismiss();
      return 'open';
    }
    if (state.polls.length + state.inFlight.size >= this.allowedInFlight) return 'refused';
    state.polls.push(poll);
    if (this.containerId !== '') this.#owner.polling(this);
    return 'open';
  }

  unpoll(poll: Poll): void {
    if (this.#state.kind === 'ready') this.#state.polls = this.#state.polls.filter((open) => open !== poll);
  }

  #announceReady(): void {
    const initMs = Math.max(0, this.#times.readyAt - this.createdAt - this.#times.createMs - this.#times.startMs);
    this.#bus.publish({ type: 'container.ready', ...this.#who, containerId: this.containerId, initMs });
    this.#started();
    if (this.#withdrawn) this.leave();
    this.#owner.ready(this);
  }

  standing(requestId: string): 'in-hand' | 'answered' | 'not-yours' {
    if (this.#state.kind === 'ready' && this.#state.inFlight.has(requestId)) return 'in-hand';
    return this.#answered.has(requestId) ? 'answered' : 'not-yours';
  }

  answer(requestId: string, outcome: Outcome): void {
    const invocation = this.#state.kind === 'ready' ? this.#state.inFlight.get(requestId) : undefined;
    if (this.#state.kind !== 'ready' || !invocation || this.#doomed) return;
    this.#state.inFlight.delete(requestId);
    this.#state.served += 1;
    this.#answered.add(requestId);
    this.#owner.answered(this, invocation, outcome);
  }

  initFailed(errorType: string, message: string): void {
    if (this.#state.kind === 'starting') this.#state = { kind: 'starting', initError: { errorType, message } };
  }

  /** Tells it that there are no more events, so that it exits with status 0; kills it if it stays. */
  leave(): void {
    const state = this.#state;
    if (state.kind !== 'ready' || state.inFlight.size > 0) return;
    this.wasDismissed = true;
    const lingering = setTimeout(() => void this.kill(), LEAVE_GRACE_MS);
    this.#state = { kind: 'leaving', served: state.served, lingering };
    const { containerId } = this;
    this.#bus.publish({ type: 'container.leaving', ...this.#who, containerId, served: state.served });
    for (const poll of state.polls) poll.dismiss();
  }

  /** Has events in hand, none of which has lost a container before. */
  get isAtFreshWork(): boolean {
    if (this.#state.kind !== 'ready' || this.#doomed || this.#state.inFlight.size === 0) return false;
    return [...this.#state.inFlight.values()].every(({ deaths }) => deaths === 0);
  }

  /** Kills it with its events in hand, as a crash would. Returns how many there are. */
  killAtWork(): number {
    this.#doomed = true;
    void this.kill();
    return this.inFlight;
  }

  /** Ends it whatever it does; resolves when the engine has removed it or could not: then that is tried again. Safe to call twice. */
  kill(): Promise<void> {
    this.#withdrawn = true;
    this.#removal ??= this.#engine.remove(this.id).catch((error: unknown) => {
      this.#removal = undefined;
      const reason = `not removed: ${error instanceof Error ? error.message : String(error)}`;
      this.#bus.publish({ type: 'container.failed', ...this.#who, reason });
    });
    return this.#removal;
  }
}
