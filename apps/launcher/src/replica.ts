import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebEntry } from './catalog.ts';
import { DatabaseAway, type Engine, type SandboxSpec, type StartedSandbox } from './engine.ts';
import { LauncherError } from './errors.ts';
import type { Feed } from './feed.ts';
import { followOutput } from './output.ts';
import type { StartGate } from './start-gate.ts';

const NAME = 'web';
const PROBE_MS = 10;

/*
 *            takes connections           not needed            last request answered
 *  starting ──────────────────▶ ready ──────────────▶ draining ──────────────────────▶ gone
 *      └──── exit, deadline ──────┴───── exit ───────────┴──────── exit, grace over ─────▶
 */
type State = 'starting' | 'ready' | 'draining' | 'gone';

/** One container of the web front end, from its creation to its removal. */
export class Replica {
  readonly id = randomBytes(6).toString('hex');
  readonly socketPath: string;
  inFlight = 0;
  /** Settles when it is ready or will not be. */
  readonly settled: Promise<void>;
  #settle: () => void = () => undefined;
  #state: State = 'starting';
  readonly #folder: string;
  readonly #entry: WebEntry;
  readonly #setting: { image: string; handedOn: ReadonlyMap<string, string> };
  readonly #parts: { engine: Engine; gate: StartGate; feed: Feed };

  constructor(
    entry: WebEntry,
    setting: { image: string; ingress: string; handedOn: ReadonlyMap<string, string> },
    parts: { engine: Engine; gate: StartGate; feed: Feed },
  ) {
    this.#entry = entry;
    this.#setting = setting;
    this.#parts = parts;
    this.#folder = `${setting.ingress}/${this.id}`;
    this.socketPath = `${this.#folder}/web.sock`;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
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

  /** Runs it through its whole life; resolves when nothing of it is left, with the error if it never got ready. Never rejects. */
  async live(): Promise<LauncherError | undefined> {
    const { engine, gate, feed } = this.#parts;
    const from = performance.now();
    const giveBack = await gate.enter('waited-for');
    let started: StartedSandbox | undefined;
    let failure: LauncherError | undefined;
    feed.publish({ type: 'container.starting', sandboxId: this.id, name: NAME });
    try {
      // The container writes its socket into this folder, as a uid of its own; nobody else has the folder.
      mkdirSync(this.#folder);
      chmodSync(this.#folder, 0o777);
      started = await this.#start();
      const { containerId, createMs, startMs, output, exited } = started;
      const startedAt = performance.now();
      feed.publish({
        type: 'container.started',
        sandboxId: this.id,
        name: NAME,
        containerId,
        createMs,
        startMs,
      });
      followOutput(output, (text) =>
        feed.publish({ type: 'output', name: NAME, containerId, requestId: undefined, traceId: undefined, text }),
      );
      await this.#untilReady(exited);
      this.#closeFolder();
      this.#state = 'ready';
      feed.publish({
        type: 'container.ready',
        sandboxId: this.id,
        name: NAME,
        containerId,
        initMs: performance.now() - startedAt,
      });
    } catch (error) {
      failure =
        error instanceof LauncherError
          ? error
          : new LauncherError('ServiceException', `The page could not be started: ${error}`, {
              retryAfterSeconds: 2,
              cause: error,
            });
      feed.publish({ type: 'container.failed', sandboxId: this.id, name: NAME, reason: failure.message });
      await engine.remove(this.id).catch(() => undefined);
    }
    giveBack();
    if (failure) this.#state = 'gone';
    this.#settle();
    const exit = (await started?.exited) ?? { kind: 'lost' };
    this.#state = 'gone';
    await engine.remove(this.id).catch(() => undefined);
    rmSync(this.#folder, { recursive: true, force: true });
    feed.publish({
      type: 'container.gone',
      sandboxId: this.id,
      name: NAME,
      containerId: started?.containerId,
      exit,
      lifetimeMs: performance.now() - from,
      served: 0,
    });
    return failure;
  }

  /** Takes no new requests. */
  drain(): void {
    if (this.#state === 'ready') this.#state = 'draining';
  }

  /** Ends it: after its requests, at the latest after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.drain();
    await this.#parts.engine
      .stop(this.id, graceMs)
      .catch(() => this.#parts.engine.remove(this.id).catch(() => undefined));
  }

  async #start(): Promise<StartedSandbox> {
    const { image, user, memoryMb, cpus, processes, tmpMb } = { ...this.#entry, image: this.#setting.image };
    const given = this.#entry.environment.map((name) => [name, this.#setting.handedOn.get(name) ?? ''] as const);
    const spec: SandboxSpec = {
      sandboxId: this.id,
      name: NAME,
      ...{ image, user, memoryMb, cpus, processes, tmpMb },
      environment: {
        ...Object.fromEntries(given),
        LISTEN_SOCKET: '/run/web/web.sock',
        CONTROL_SOCKET: '/run/control/control.sock',
      },
      doors: [
        { volume: 'ingress', folder: this.id, target: '/run/web', readOnly: false },
        { volume: 'control', target: '/run/control', readOnly: true },
      ],
      network: 'database',
    };
    try {
      return await this.#parts.engine.start(spec);
    } catch (error) {
      // The page says that voting is paused; for that it needs no namespace of the database's.
      if (error instanceof DatabaseAway) return this.#parts.engine.start({ ...spec, network: 'none' });
      throw error;
    }
  }

  /**
   * From now on web can't put anything else in its socket's place: a link to a socket that only the launcher can reach, the
   * engine's say, would open it to the public.
   */
  #closeFolder(): void {
    chmodSync(this.#folder, 0o755);
    if (!isSocket(this.socketPath))
      throw new LauncherError('ServiceException', 'What the page listens on is no socket.');
  }

  async #untilReady(exited: Promise<unknown>): Promise<void> {
    const end = performance.now() + this.#entry.startDeadlineMs;
    let ended = false;
    void exited.then(() => {
      ended = true;
    });
    while (!(isSocket(this.socketPath) && (await takesConnections(this.socketPath)))) {
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

/** Is it a socket itself, not a link to one? */
const isSocket = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;

function takesConnections(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
