import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseAway, type Engine, type SandboxSpec, type StartedSandbox } from '@serverless-vote/engine';
import { EngineError } from '@serverless-vote/engine/errors';
import { followOutput } from '@serverless-vote/engine/output-lines';
import type { WebEntry } from '../model/catalog.ts';
import { fromEngine, LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import { SECRETS } from '../model/settings.ts';
import type { StartLimiter } from '../model/start-limiter.ts';
import type { Ingress, OpenIngress, Target } from './ingress.ts';

const NAME = 'web';
const PROBE_MS = 10;
/** Over a network the answer to a connection may never come. */
const CONNECT_MS = 1_000;
const STOP_GRACE_MS = 10_000;

/*
 *            takes connections           not needed            last request answered
 *  starting ──────────────────▶ ready ──────────────▶ draining ──────────────────────▶ gone
 *      │                          │ ◀── needed again ────┘                               ▲
 *      └──── exit, deadline ──────┴───── exit ───────────┴──────── exit, grace over ─────┘
 */
type State = 'starting' | 'ready' | 'draining' | 'gone';

/** One container of the web front end, from its creation to its removal. */
export class Replica {
  readonly id = randomBytes(6).toString('hex');
  inFlight = 0;
  /** Why it never got ready, once it has settled. */
  failure: LauncherError | undefined;
  /** Settles when it is ready or will not be. */
  readonly settled: Promise<void>;
  #settle: () => void = () => undefined;
  #state: State = 'starting';
  /** Is it still good, and only not needed? Not any more once it is told to stop. */
  #canComeBack = false;
  #stopped: Promise<void> | undefined;
  #target: Target | undefined;
  readonly #entry: WebEntry;
  readonly #setting: { image: string; handedOn: ReadonlyMap<string, string> };
  readonly #parts: { engine: Engine; openIngress: OpenIngress; limiter: StartLimiter; bus: EventBus };

  constructor(
    entry: WebEntry,
    setting: { image: string; handedOn: ReadonlyMap<string, string> },
    parts: { engine: Engine; openIngress: OpenIngress; limiter: StartLimiter; bus: EventBus },
  ) {
    this.#entry = entry;
    this.#setting = setting;
    this.#parts = parts;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Where it is reached, once it is ready. */
  get target(): Target {
    if (!this.#target) throw new Error('A replica that is not ready was asked for its address.');
    return this.#target;
  }

  get state(): State {
    return this.#state;
  }

  get isStarting(): boolean {
    return this.#state === 'starting';
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  get isDraining(): boolean {
    return this.#state === 'draining';
  }

  /** Runs it through its whole life; resolves when nothing of it is left. Never rejects. */
  async live(): Promise<void> {
    const { engine, openIngress, limiter, bus } = this.#parts;
    const from = performance.now();
    const giveBack = await limiter.enter('waited-for');
    let started: StartedSandbox | undefined;
    let ingress: Ingress | undefined;
    bus.publish({ type: 'container.starting', sandboxId: this.id, name: NAME });
    try {
      ingress = openIngress(this.id);
      started = await this.#start(ingress);
      const { containerId, createMs, startMs, output } = started;
      const startedAt = performance.now();
      bus.publish({
        type: 'container.started',
        sandboxId: this.id,
        name: NAME,
        containerId,
        createMs,
        startMs,
      });
      followOutput(output, (text) =>
        bus.publish({ type: 'output', name: NAME, containerId, requestId: undefined, traceId: undefined, text }),
      );
      this.#target = await this.#untilReady(started, ingress);
      ingress.seal();
      this.#state = 'ready';
      void started.withdrawn?.then(() => this.#withdraw());
      bus.publish({
        type: 'container.ready',
        sandboxId: this.id,
        name: NAME,
        containerId,
        initMs: performance.now() - startedAt,
      });
    } catch (error) {
      this.failure =
        error instanceof LauncherError
          ? error
          : error instanceof EngineError
            ? fromEngine(error)
            : new LauncherError('ServiceException', `The page could not be started: ${error}`, {
                retryAfterSeconds: 2,
                cause: error,
              });
      bus.publish({ type: 'container.failed', sandboxId: this.id, name: NAME, reason: this.failure.message });
      await engine.remove(this.id).catch(() => undefined);
    }
    giveBack();
    if (this.failure) this.#state = 'gone';
    this.#settle();
    const exit = (await started?.exited) ?? { kind: 'lost' };
    this.#state = 'gone';
    await engine.remove(this.id).catch(() => undefined);
    ingress?.close();
    bus.publish({
      type: 'container.gone',
      sandboxId: this.id,
      name: NAME,
      containerId: started?.containerId,
      exit,
      lifetimeMs: performance.now() - from,
      served: 0,
    });
  }

  /** Takes no new requests; `rest` says that it may again, as long as it has not been told to stop. */
  drain(why: 'rest' | 'end' = 'end'): void {
    this.#canComeBack = why === 'rest' && (this.#state === 'ready' || this.#canComeBack);
    if (this.#state === 'ready') this.#state = 'draining';
  }

  /** Takes requests again, if it was only resting. */
  comeBack(): boolean {
    if (this.#state !== 'draining' || !this.#canComeBack) return false;
    this.#state = 'ready';
    return true;
  }

  /** Ends it: after its requests, at the latest after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.drain();
    this.#stopped ??= this.#parts.engine
      .stop(this.id, graceMs)
      .catch(() => this.#parts.engine.remove(this.id).catch(() => undefined));
    await this.#stopped;
  }

  /** Finishes what it has, and goes. */
  #withdraw(): void {
    this.drain();
    if (this.inFlight === 0) void this.stop(STOP_GRACE_MS);
  }

  async #start({ mounts, environment }: Ingress): Promise<StartedSandbox> {
    const { image, user, memoryMb, cpus, processes, tmpMb, runtime } = { ...this.#entry, image: this.#setting.image };
    const given = this.#entry.environment.map((name) => [name, this.#setting.handedOn.get(name) ?? ''] as const);
    const spec: SandboxSpec = {
      sandboxId: this.id,
      kind: 'web',
      name: NAME,
      ...{ image, user, memoryMb, cpus, processes, tmpMb, runtime, mounts },
      environment: { ...Object.fromEntries(given.filter(([name]) => !SECRETS.has(name))), ...environment },
      secrets: Object.fromEntries(given.filter(([name]) => SECRETS.has(name))),
      database: false,
      network: 'database',
      graceMs: STOP_GRACE_MS,
    };
    try {
      return await this.#parts.engine.start(spec);
    } catch (error) {
      // The page says that voting is paused; for that it needs no namespace of the database's.
      if (error instanceof DatabaseAway) return this.#parts.engine.start({ ...spec, network: 'none' });
      throw error;
    }
  }

  async #untilReady(started: StartedSandbox, ingress: Ingress): Promise<Target> {
    const end = performance.now() + this.#entry.startDeadlineMs;
    let ended = false;
    void started.exited.then(() => {
      ended = true;
    });
    for (;;) {
      const target = ingress.target(started);
      if (target && (await takesConnections(target))) return target;
      if (ended)
        throw new LauncherError('ServiceException', 'The page ended while it was starting; `make logs` shows why.', {
          retryAfterSeconds: 2,
        });
      if (performance.now() > end)
        throw new LauncherError(
          'ServiceException',
          `The page was not ready within ${this.#entry.startDeadlineMs} ms.`,
          { retryAfterSeconds: 2 },
        );
      await delay(PROBE_MS);
    }
  }
}

function takesConnections(target: Target): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect('socketPath' in target ? { path: target.socketPath } : target);
    socket.setTimeout(CONNECT_MS, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
