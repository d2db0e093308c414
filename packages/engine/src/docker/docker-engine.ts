import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import {
  DatabaseAway,
  type EngineToOpen,
  type Exit,
  type Mount,
  type PermanentMemory,
  type SandboxSpec,
  type StartedSandbox,
} from '../engine.ts';
import { EngineError } from '../errors.ts';

const LABEL = 'org.serverless-vote';
const CALL_DEADLINE_MS = 15_000;
const POSTGRES: Mount = { volume: 'postgres', target: '/var/run/postgresql', readOnly: true };
/** Where compose mounts the mounts' volumes into the launcher; the engine knows them by the same paths. */
const VOLUME_PATHS: Record<Mount['volume'], string> = {
  runtime: '/run/runtime',
  control: '/run/control',
  ingress: '/run/ingress',
  postgres: '/var/run/postgresql',
};

interface Tracked {
  sandboxId: string;
  outOfMemory: boolean;
  settle: (exit: Exit) => void;
}

interface EngineEvent {
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
}

const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const callDeadline = () => AbortSignal.timeout(CALL_DEADLINE_MS);

/** One machine's Docker Engine. Touches only containers that bear its own stack's label. */
export class DockerEngine implements EngineToOpen {
  readonly #docker: Docker;
  readonly #stackId: string;
  readonly #tracked = new Map<string, Tracked>();
  #volumePaths: Record<Mount['volume'], string> | undefined;
  #databaseId: string | undefined;
  #closed = false;

  constructor(stackId: string, docker = new Docker()) {
    this.#stackId = stackId;
    this.#docker = docker;
  }

  /** Finds out where this launcher's volumes are and follows the engine's events until `close`. */
  async open(): Promise<void> {
    const own = await this.#docker.getContainer(await this.#permanentId('launcher')).inspect();
    const sourceOf = (destination: string): string => {
      const mount = own.Mounts.find((candidate) => candidate.Destination === destination);
      if (!mount?.Source)
        throw new Error(`The launcher has no volume at ${destination}; docker-compose.yml mounts one.`);
      return mount.Source;
    };
    this.#volumePaths = {
      runtime: sourceOf(VOLUME_PATHS.runtime),
      control: sourceOf(VOLUME_PATHS.control),
      ingress: sourceOf(VOLUME_PATHS.ingress),
      postgres: sourceOf(VOLUME_PATHS.postgres),
    };
    void this.#followEvents();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async start(spec: SandboxSpec): Promise<StartedSandbox> {
    return this.#start(spec).catch((error: unknown) => {
      throw this.#explain(error, spec);
    });
  }

  async #start(spec: SandboxSpec): Promise<StartedSandbox> {
    const before = performance.now();
    const container = await this.#docker.createContainer({
      ...(await this.#describe(spec)),
      abortSignal: callDeadline(),
    });
    const created = performance.now();
    const exited = new Promise<Exit>((settle) => {
      this.#tracked.set(container.id, { sandboxId: spec.sandboxId, outOfMemory: false, settle });
    });
    // Attached before the start, so that no line is missed.
    const attaching = new AbortController();
    const late = setTimeout(() => attaching.abort(), CALL_DEADLINE_MS);
    const stream = await container
      .attach({ stream: true, stdout: true, stderr: true, abortSignal: attaching.signal })
      .finally(() => clearTimeout(late));
    const output = new PassThrough();
    container.modem.demuxStream(stream, output, output);
    stream.once('close', () => output.end());
    stream.on('error', () => output.end());
    await container.start({ abortSignal: callDeadline() });
    const startMs = performance.now() - created;
    return { containerId: container.id.slice(0, 12), createMs: created - before, startMs, output, exited };
  }

  async #describe(spec: SandboxSpec): Promise<Docker.ContainerCreateOptions> {
    const network = spec.network === 'none' ? 'none' : `container:${await this.#database()}`;
    return {
      name: this.#nameOf(spec.sandboxId),
      Image: spec.image,
      User: `${spec.user}:${spec.user}`,
      Env: Object.entries({ ...spec.environment, ...spec.secrets }).map(([name, value]) => `${name}=${value}`),
      Labels: {
        [`${LABEL}.role`]: 'on-demand',
        [`${LABEL}.name`]: spec.name,
        [`${LABEL}.launcher`]: this.#stackId,
        [`${LABEL}.sandbox`]: spec.sandboxId,
      },
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: {
        NetworkMode: network,
        ...(spec.runtime !== undefined && { Runtime: spec.runtime }),
        Binds: [...spec.mounts, ...(spec.database ? [POSTGRES] : [])].map((listener) => this.#bind(listener)),
        ReadonlyRootfs: true,
        Tmpfs: { '/tmp': `rw,noexec,nosuid,nodev,size=${spec.tmpMb}m` },
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Memory: spec.memoryMb * 1024 * 1024,
        MemorySwap: spec.memoryMb * 1024 * 1024,
        NanoCpus: Math.round(spec.cpus * 1e9),
        PidsLimit: spec.processes,
        ...(spec.openFiles !== undefined && {
          Ulimits: [{ Name: 'nofile', Soft: spec.openFiles, Hard: spec.openFiles }],
        }),
        LogConfig: { Type: 'none', Config: {} },
        RestartPolicy: { Name: 'no' },
      },
    };
  }

  #bind({ volume, folder, target, readOnly }: Mount): string {
    if (!this.#volumePaths) throw new Error('The engine has not been opened.');
    const source = this.#volumePaths[volume];
    return `${folder === undefined ? source : `${source}/${folder}`}:${target}:${readOnly ? 'ro' : 'rw'}`;
  }

  async stop(sandboxId: string, graceMs: number): Promise<void> {
    const abortSignal = AbortSignal.timeout(graceMs + CALL_DEADLINE_MS);
    try {
      await this.#docker.getContainer(this.#nameOf(sandboxId)).stop({ t: Math.ceil(graceMs / 1000), abortSignal });
    } catch (error) {
      // 304: it has ended already; 404: it is gone.
      if (statusOf(error) !== 304 && statusOf(error) !== 404) throw error;
    }
  }

  async remove(sandboxId: string): Promise<void> {
    const container = this.#docker.getContainer(this.#nameOf(sandboxId));
    try {
      await container.remove({ force: true, v: true, abortSignal: callDeadline() });
    } catch (error) {
      // 409: an earlier removal of it is under way, which may fail: only the engine's word that it is gone counts.
      if (statusOf(error) === 409) await this.#untilRemoved(container);
      else if (statusOf(error) !== 404) throw error;
    }
    for (const [containerId, tracked] of this.#tracked) {
      if (tracked.sandboxId === sandboxId) this.#settle(containerId, { kind: 'lost' });
    }
  }

  async #untilRemoved(container: Docker.Container): Promise<void> {
    await container.wait({ condition: 'removed', abortSignal: callDeadline() }).catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error;
    });
  }

  async list(): Promise<string[]> {
    const label = [`${LABEL}.role=on-demand`, `${LABEL}.launcher=${this.#stackId}`];
    const containers = await this.#docker.listContainers({
      all: true,
      filters: { label },
      abortSignal: callDeadline(),
    });
    return containers.flatMap(({ Labels }) => Labels[`${LABEL}.sandbox`] ?? []);
  }

  async permanentMemory(): Promise<PermanentMemory> {
    const [launcher, database] = await Promise.all([this.#memoryOf('launcher'), this.#memoryOf('database')]);
    return { launcher, database };
  }

  /** Without what the kernel could give away at once: `total_` in version 1 of control groups. */
  async #memoryOf(name: 'launcher' | 'database'): Promise<number> {
    const container = this.#docker.getContainer(await this.#permanentId(name));
    const once = { stream: false as const, 'one-shot': true, abortSignal: callDeadline() };
    const { memory_stats } = await container.stats(once);
    const { total_inactive_file, inactive_file = 0 } = memory_stats.stats as unknown as Record<
      string,
      number | undefined
    >;
    return memory_stats.usage - (total_inactive_file ?? inactive_file);
  }

  #nameOf(sandboxId: string): string {
    return `${this.#stackId}-sandbox-${sandboxId}`;
  }

  async #permanentId(name: 'launcher' | 'database'): Promise<string> {
    const label = [`${LABEL}.role=permanent`, `${LABEL}.name=${name}`, `${LABEL}.launcher=${this.#stackId}`];
    const [found] = await this.#docker.listContainers({ filters: { label }, abortSignal: callDeadline() });
    if (!found)
      throw new DatabaseAway(`No container of the stack "${this.#stackId}" with the name "${name}" is running.`);
    return found.Id;
  }

  async #database(): Promise<string> {
    this.#databaseId ??= await this.#permanentId('database');
    return this.#databaseId;
  }

  #explain(error: unknown, spec: SandboxSpec): Error {
    const status = statusOf(error);
    const message = messageOf(error);
    if (status === 404 && /no such image/i.test(message)) {
      return new EngineError(
        'misconfigured',
        `The image ${spec.image} isn't on this machine; \`make run\` builds it.`,
        { cause: error },
      );
    }
    if (status === 400 && spec.runtime !== undefined && /runtime/i.test(message)) {
      const fix = '`docker info` lists those that it has; the catalog names one.';
      const what = `The engine has no runtime "${spec.runtime}" for ${spec.name}: ${fix}`;
      return new EngineError('misconfigured', what, { cause: error });
    }
    if (error instanceof DatabaseAway) return error;
    // 409: the database's container is there but doesn't run; 404: it was made anew, under another id.
    if (
      spec.network === 'database' &&
      (status === 404 || status === 409 || /join(ing)? network|network namespace|No such container/i.test(message))
    ) {
      this.#databaseId = undefined;
      return new DatabaseAway(`The database's container is not running: ${message}`, { cause: error });
    }
    return new EngineError('unavailable', `The Docker Engine did not start a container: ${message}`, {
      retryAfterSeconds: 2,
      cause: error,
    });
  }

  /** Settles every exit from the engine's event stream; after a gap in the stream, from what is still there. */
  async #followEvents(): Promise<void> {
    for (let failures = 0; !this.#closed; failures++) {
      try {
        const label = [`${LABEL}.role=on-demand`, `${LABEL}.launcher=${this.#stackId}`];
        const stream = await this.#docker.getEvents({
          filters: { type: ['container'], event: ['die', 'oom', 'destroy'], label },
        });
        await this.#reconcile();
        failures = 0;
        let rest = '';
        for await (const chunk of stream) {
          const lines = (rest + String(chunk)).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) if (line) this.#onEvent(JSON.parse(line) as EngineEvent);
        }
      } catch {
        // The engine restarts, say: go on until it answers again.
      }
      await delay(Math.min(100 * 2 ** failures, 2000) * (0.5 + Math.random() / 2));
    }
  }

  #onEvent({ Action, Actor }: EngineEvent): void {
    const tracked = this.#tracked.get(Actor.ID);
    if (Action === 'oom' && tracked) tracked.outOfMemory = true;
    if (Action === 'die') {
      const exitCode = Number(Actor.Attributes.exitCode);
      this.#settle(Actor.ID, { kind: 'exited', exitCode, outOfMemory: tracked?.outOfMemory ?? false });
    }
    if (Action === 'destroy') this.#settle(Actor.ID, { kind: 'lost' });
  }

  #settle(containerId: string, exit: Exit): void {
    this.#tracked.get(containerId)?.settle(exit);
    this.#tracked.delete(containerId);
  }

  async #reconcile(): Promise<void> {
    for (const containerId of [...this.#tracked.keys()]) {
      try {
        const { State } = await this.#docker.getContainer(containerId).inspect({ abortSignal: callDeadline() });
        if (State.Running || State.Status === 'created') continue;
        this.#settle(containerId, { kind: 'exited', exitCode: State.ExitCode, outOfMemory: State.OOMKilled });
      } catch (error) {
        if (statusOf(error) === 404) this.#settle(containerId, { kind: 'lost' });
      }
    }
  }
}
