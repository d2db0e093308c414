import { randomBytes } from 'node:crypto';
import { isFromElsewhere, SECRETS, type ServiceEntry } from '@serverless-vote/catalog';
import type { Clock } from '@serverless-vote/contracts/clock';
import { followOutput } from '@serverless-vote/contracts/output-lines';
import type { Engine, SandboxSpec, StartedSandbox } from '@serverless-vote/engine';
import { isAnswered } from '@serverless-vote/http-server/listen';
import { knownError, type LauncherError, unavailable } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { StartLimiter } from '../model/start-limiter.ts';
import type { Ingress, OpenIngress, Target } from './ingress.ts';

const PROBE_MS = 10;
const STOP_GRACE_MS = 10_000;
/** A container's first process ignores SIGTERM unless it handles it, and many images' programs don't. */
const UNUSED_GRACE_MS = 1_000;
const RETRY_SECONDS = 2;

/** What all replicas of a service share. `handedOn` holds the values of the settings that its catalog entry may name. */
export interface ServiceSetting {
  name: string;
  entry: ServiceEntry;
  image: string;
  handedOn: ReadonlyMap<string, string>;
}

export interface ServiceParts {
  engine: Engine;
  openIngress: OpenIngress;
  limiter: StartLimiter;
  bus: EventBus;
  clock: Clock;
}

/*
 *            accepts connections          not needed, requests left
 *  starting ────────────────────▶ ready ───────────────────────────▶ resting
 *     │                           │  ◀────────── needed again ───────── │
 *     │ stopped                   │ failed, withdrawn, stopped          │ last request answered, failed, withdrawn, stopped
 *     ├───────────────────────▶ draining ◀──────────────────────────────┘
 *     │                           │ last request answered: stopped
 *     └──── exit, deadline ───────┴──── exit (from every state) ────▶ gone
 */
export type ReplicaState =
  | { kind: 'starting' }
  | { kind: 'ready' | 'resting'; target: Target }
  | { kind: 'draining'; stopped?: Promise<void> }
  | { kind: 'gone' };

/** One container of an HTTP service, from its creation to its removal. */
export class Replica {
  readonly id = randomBytes(6).toString('hex');
  inFlight = 0;
  #state: ReplicaState = { kind: 'starting' };
  readonly #settled = Promise.withResolvers<LauncherError | undefined>();
  /** Resolves when it is ready, or with the reason why it never will be. */
  readonly settled = this.#settled.promise;
  readonly #setting: ServiceSetting;
  readonly #parts: ServiceParts;

  constructor(setting: ServiceSetting, parts: ServiceParts) {
    this.#setting = setting;
    this.#parts = parts;
  }

  get state(): Readonly<ReplicaState> {
    return this.#state;
  }

  /** Runs its whole life cycle; resolves when it has been removed. Never rejects. */
  async live(): Promise<void> {
    const { engine, openIngress, limiter, bus, clock } = this.#parts;
    const who = { sandboxId: this.id, name: this.#setting.name };
    const from = clock.now();
    const giveBack = await limiter.enter('waited-for', who.name);
    bus.publish({ type: 'container.starting', ...who });
    let ingress: Ingress | undefined;
    let started: StartedSandbox | undefined;
    let failure: LauncherError | undefined;
    try {
      ingress = openIngress(this.id, this.#setting.entry.port);
      started = await this.#start(ingress);
      await this.#becomeReady(started, ingress);
    } catch (error) {
      failure = knownError(
        error,
        unavailable(`The service ${who.name} could not be started: ${error}`, RETRY_SECONDS, error),
      );
      bus.publish({ type: 'container.failed', ...who, reason: failure.message });
      await engine.remove(this.id).catch(() => undefined);
      this.#state = { kind: 'gone' };
    }
    giveBack();
    this.#settled.resolve(failure);
    const exit = (await started?.exited) ?? { kind: 'lost' };
    this.#state = { kind: 'gone' };
    await engine.remove(this.id).catch(() => undefined);
    ingress?.close();
    const containerId = started?.containerId;
    bus.publish({ type: 'container.gone', ...who, containerId, exit, lifetimeMs: clock.now() - from, served: 0 });
  }

  /** It isn't needed: it gets no new requests, and ends after the last one unless it is needed again first. */
  rest(): void {
    if (this.#state.kind === 'ready') this.#state = { ...this.#state, kind: 'resting' };
    this.#endIfUnused();
  }

  bringBack(): void {
    if (this.#state.kind === 'resting') this.#state = { ...this.#state, kind: 'ready' };
  }

  /** It gets no new requests, and ends after the last one. */
  drain(): void {
    if (this.#state.kind !== 'gone' && this.#state.kind !== 'draining') this.#state = { kind: 'draining' };
    this.#endIfUnused();
  }

  /** A request has ended, answered or not. */
  release(): void {
    this.inFlight -= 1;
    this.#endIfUnused();
  }

  /** Ends it after its requests, at the latest after `graceMs`. */
  async stop(graceMs = STOP_GRACE_MS): Promise<void> {
    const { engine } = this.#parts;
    if (this.#state.kind === 'gone') return;
    if (this.#state.kind !== 'draining') this.#state = { kind: 'draining' };
    const isUnused = this.#setting.entry.port !== undefined && this.inFlight === 0;
    const grace = isUnused ? Math.min(graceMs, UNUSED_GRACE_MS) : graceMs;
    this.#state.stopped ??= engine.stop(this.id, grace).catch(() => engine.remove(this.id).catch(() => undefined));
    await this.#state.stopped;
  }

  #endIfUnused(): void {
    const { kind } = this.#state;
    if (this.inFlight === 0 && (kind === 'resting' || kind === 'draining')) void this.stop();
  }

  async #start({ relay, mounts, environment }: Ingress): Promise<StartedSandbox> {
    const { name, entry, image, handedOn } = this.#setting;
    const { user, memoryMb, cpus, processes, tmpMb, runtime } = entry;
    const given = entry.environment.map((setting) => [setting, handedOn.get(setting) ?? ''] as const);
    const spec: SandboxSpec = {
      ...{ sandboxId: this.id, kind: 'web', name, image, user, memoryMb, cpus, processes, tmpMb, runtime, mounts },
      environment: { ...Object.fromEntries(given.filter(([setting]) => !SECRETS.has(setting))), ...environment },
      secrets: Object.fromEntries(given.filter(([setting]) => SECRETS.has(setting))),
      database: false,
      relay,
      command: entry.command,
      isForeign: entry.port !== undefined || isFromElsewhere(entry),
      // Below web's `/run` are its sockets.
      writable: entry.port === undefined ? [] : entry.writable,
      graceMs: STOP_GRACE_MS,
    };
    return this.#parts.engine.start(spec);
  }

  async #becomeReady(started: StartedSandbox, ingress: Ingress): Promise<void> {
    const { bus, clock } = this.#parts;
    const { containerId, createMs, startMs, output } = started;
    const { name } = this.#setting;
    const who = { sandboxId: this.id, name };
    const from = clock.now();
    bus.publish({ type: 'container.started', ...who, containerId, createMs, startMs });
    followOutput(output, (text) =>
      bus.publish({ type: 'output', name, containerId, requestId: undefined, traceId: undefined, text }),
    );
    void started.exited.then(() => {
      this.#state = { kind: 'gone' };
    });
    const target = await this.#probe(started, ingress);
    ingress.seal();
    this.#state = { kind: 'ready', target };
    void started.withdrawn?.then(() => this.drain());
    bus.publish({ type: 'container.ready', ...who, containerId, initMs: clock.now() - from });
  }

  /** Resolves when it accepts connections. @throws {LauncherError} when it has ended, or at its deadline */
  async #probe(started: StartedSandbox, ingress: Ingress): Promise<Target> {
    const { clock } = this.#parts;
    const { name, entry } = this.#setting;
    const { startDeadlineMs, port } = entry;
    const isNotThere = (why: string) => unavailable(`The service ${name} ${why}`, RETRY_SECONDS);
    for (const end = clock.now() + startDeadlineMs; ; ) {
      const target = ingress.target(started);
      const isReady = target && (await isAnswered('socketPath' in target ? { path: target.socketPath } : target));
      if (this.#state.kind === 'draining') throw isNotThere('was stopped while it was starting.');
      if (isReady) return target;
      if (this.#state.kind === 'gone')
        throw isNotThere("ended while it was starting; its last lines are in the launcher's log.");
      if (clock.now() > end) {
        const where = port === undefined ? 'at its socket' : `on port ${port}`;
        throw isNotThere(`was not ready within ${startDeadlineMs} ms: nothing listens ${where} in its container.`);
      }
      await new Promise<void>((resolve) => clock.after(PROBE_MS, resolve));
    }
  }
}
