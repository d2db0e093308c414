import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { PermanentMemory } from '@serverless-vote/contracts/activity';
import { label, onDemand, permanent } from '@serverless-vote/contracts/labels';
import type Docker from 'dockerode';
import pTimeout from 'p-timeout';
import { statusOf, unless } from '../docker-errors.ts';
import {
  EngineError,
  type EngineToOpen,
  type Exit,
  type Mount,
  type Relay,
  type SandboxSpec,
  type StartedSandbox,
} from '../engine.ts';
import { containerName, containerOptions, type VolumePaths } from './container-options.ts';
import { demultiplex } from './demultiplex.ts';
import { Exits } from './exits.ts';
import { RELAY, relayName, relayOptions } from './relay.ts';
import { startError } from './start-error.ts';

const CALL_DEADLINE_MS = 15_000;
const IMAGES_DEADLINE_MS = 5_000;
const CLOSE_MS = 5_000;
/** Where compose mounts the volumes into the launcher; the engine knows them by the same paths. */
const VOLUME_PATHS: VolumePaths = {
  runtime: '/run/runtime',
  control: '/run/control',
  ingress: '/run/ingress',
  postgres: '/var/run/postgresql',
};

/** The engine closes the streams of a container that has exited at once; one that stays open is broken. */
async function exitAfter(exited: Promise<Exit>, streams: Readable[]): Promise<Exit> {
  const ended = Promise.all(streams.map((stream) => finished(stream, { writable: false })));
  ended.catch(() => undefined);
  const exit = await exited;
  if (exit.kind === 'lost') return exit;
  return pTimeout(ended, { milliseconds: CLOSE_MS }).then(
    () => exit,
    () => ({ kind: 'lost' }),
  );
}

const callDeadline = () => AbortSignal.timeout(CALL_DEADLINE_MS);

/** One machine's Docker Engine. Touches only containers with its own stack's label. */
export class DockerEngine implements EngineToOpen {
  readonly #docker: Docker;
  readonly #stackId: string;
  readonly #exits: Exits;
  #launcher: { image: string; volumePaths: VolumePaths } | undefined;
  /** Sandboxes with a relay: it is removed together with them. */
  readonly #relays = new Set<string>();

  constructor(stackId: string, docker: Docker) {
    this.#stackId = stackId;
    this.#docker = docker;
    this.#exits = new Exits(docker, stackId);
  }

  async open(): Promise<void> {
    const { Image, Mounts } = await this.#docker.getContainer(await this.#permanentId('launcher')).inspect();
    const volumePaths = Object.entries(VOLUME_PATHS).map(([volume, path]) => {
      const source = Mounts.find(({ Destination }) => Destination === path)?.Source;
      if (!source) throw new Error(`The launcher has no volume at ${path}; docker-compose.yml mounts one.`);
      return [volume, source];
    });
    this.#launcher = { image: Image, volumePaths: Object.fromEntries(volumePaths) };
    void this.#exits.follow();
  }

  async close(): Promise<void> {
    this.#exits.close();
  }

  async start(spec: SandboxSpec): Promise<StartedSandbox> {
    return this.#start(spec).catch((error: unknown) => {
      throw startError(error, spec);
    });
  }

  async #start(spec: SandboxSpec): Promise<StartedSandbox> {
    const before = performance.now();
    // First, so that nothing is started for an image that isn't there.
    const writable = [...(spec.writable ?? []), ...(await this.#volumesOf(spec))];
    const network = spec.relay ? `container:${await this.#startRelay(spec, spec.relay)}` : 'none';
    const options = containerOptions(this.#stackId, { ...spec, writable }, network, this.#opened.volumePaths);
    const container = await this.#docker.createContainer({ ...options, abortSignal: callDeadline() });
    const created = performance.now();
    const exited = this.#exits.of(container.id, spec);
    // Attached before the start, so that no line is missed.
    const streams = await this.#attach(container, spec.stdio === true);
    await container.start({ abortSignal: callDeadline() });
    const startMs = performance.now() - created;
    const { output, stdio } = streams;
    const complete = stdio ? exitAfter(exited, [output, stdio.result]) : exited;
    return {
      containerId: container.id.slice(0, 12),
      createMs: created - before,
      startMs,
      ...streams,
      exited: complete,
    };
  }

  /** Folders that an image of others declares as volumes: they would be on the machine's disk, without a limit, so they are in memory. */
  async #volumesOf({ image, isForeign }: SandboxSpec): Promise<string[]> {
    if (!isForeign) return [];
    const inspecting = this.#docker.getImage(image).inspect();
    const { Config } = await pTimeout(inspecting, { milliseconds: CALL_DEADLINE_MS });
    return Object.keys(Config?.Volumes ?? {});
  }

  /** Resolves with its ID when it listens, if it listens at a port; else when it has started. The sandbox ends with it. */
  async #startRelay(spec: SandboxSpec, relay: Relay): Promise<string> {
    const { image, volumePaths } = this.#opened;
    this.#relays.add(spec.sandboxId);
    const options = relayOptions({ stackId: this.#stackId, image }, spec, relay, volumePaths);
    const container = await this.#docker.createContainer({ ...options, abortSignal: callDeadline() });
    const exited = this.#exits.of(container.id, { sandboxId: spec.sandboxId });
    const { output } = await this.#attach(container, false);
    await container.start({ abortSignal: callDeadline() });
    const failed = exited.then(() => Promise.reject(new EngineError('unavailable', 'The relay ended at its start.')));
    if (typeof relay.from === 'number') await Promise.race([once(output, 'data', { signal: callDeadline() }), failed]);
    output.resume();
    void failed.catch(() => this.#container(spec.sandboxId).kill()).catch(() => undefined);
    return container.id;
  }

  /** The deadline applies to attaching only: the stream stays open while the container runs. */
  async #attach(container: Docker.Container, stdin: boolean): Promise<Pick<StartedSandbox, 'output' | 'stdio'>> {
    const attaching = new AbortController();
    const late = setTimeout(() => attaching.abort(), CALL_DEADLINE_MS);
    const stream = await container
      .attach({ stream: true, stdin, hijack: stdin, stdout: true, stderr: true, abortSignal: attaching.signal })
      .finally(() => clearTimeout(late));
    const output = new PassThrough();
    const result = stdin ? new PassThrough() : output;
    demultiplex(stream, result, output);
    for (const each of [result, output]) stream.once('close', () => each.end()).on('error', () => each.end());
    return stdin ? { output, stdio: { input: stream, result } } : { output };
  }

  async stop(sandboxId: string, graceMs: number): Promise<void> {
    const abortSignal = AbortSignal.timeout(graceMs + CALL_DEADLINE_MS);
    // 304: it has ended already; 404: it is gone.
    await this.#container(sandboxId)
      .stop({ t: Math.ceil(graceMs / 1000), abortSignal })
      .catch(unless(304, 404));
  }

  async remove(sandboxId: string): Promise<void> {
    const removals = [this.#removeContainer(containerName(this.#stackId, sandboxId))];
    if (this.#relays.has(sandboxId)) removals.push(this.#removeContainer(relayName(this.#stackId, sandboxId)));
    await Promise.all(removals);
    this.#relays.delete(sandboxId);
    this.#exits.removed(sandboxId);
  }

  async #removeContainer(name: string): Promise<void> {
    const container = this.#docker.getContainer(name);
    await container.remove({ force: true, v: true, abortSignal: callDeadline() }).catch(async (error: unknown) => {
      // 409: an earlier removal is in progress, and may fail: wait until the engine says that the container is gone.
      if (statusOf(error) !== 409) return unless(404)(error);
      await container.wait({ condition: 'removed', abortSignal: callDeadline() }).catch(unless(404));
    });
  }

  async list(): Promise<string[]> {
    const filters = { label: onDemand(this.#stackId) };
    const containers = await this.#docker.listContainers({ all: true, filters, abortSignal: callDeadline() });
    const ids = containers.map(({ Labels }) => ({ id: Labels[label('sandbox')] ?? '', name: Labels[label('name')] }));
    for (const { id, name } of ids) if (name === RELAY) this.#relays.add(id);
    return [...new Set(ids.map(({ id }) => id))].filter(Boolean);
  }

  async missingImages(images: readonly string[]): Promise<string[]> {
    const filters = { reference: [...images] };
    const there = await this.#docker.listImages({ filters, abortSignal: AbortSignal.timeout(IMAGES_DEADLINE_MS) });
    const tags = new Set(there.flatMap(({ RepoTags }) => RepoTags ?? []));
    return images.filter((image) => !tags.has(image));
  }

  async permanentMemory(): Promise<PermanentMemory> {
    const [launcher, database] = await Promise.all([this.#memoryOf('launcher'), this.#memoryOf('database')]);
    return { launcher, database };
  }

  /** Without memory that the kernel could reclaim at once: `total_` in version 1 of cgroups. */
  async #memoryOf(name: 'launcher' | 'database'): Promise<number> {
    const container = this.#docker.getContainer(await this.#permanentId(name));
    const once = { stream: false as const, 'one-shot': true, abortSignal: callDeadline() };
    const { usage, stats } = (await container.stats(once)).memory_stats;
    const { total_inactive_file, inactive_file = 0 } = stats as unknown as Record<string, number | undefined>;
    return usage - (total_inactive_file ?? inactive_file);
  }

  /** What it takes to empty a folder of a volume: the launcher's image, which contains node, and the folder's path on the engine's machine. */
  folder(volume: Mount['volume'], name: string): { image: string; path: string } {
    const { image, volumePaths } = this.#opened;
    return { image, path: `${volumePaths[volume]}/${name}` };
  }

  get #opened() {
    if (!this.#launcher) throw new Error('The engine has not been opened.');
    return this.#launcher;
  }

  #container(sandboxId: string): Docker.Container {
    return this.#docker.getContainer(containerName(this.#stackId, sandboxId));
  }

  async #permanentId(name: 'launcher' | 'database'): Promise<string> {
    const filters = { label: permanent(this.#stackId, name) };
    const [found] = await this.#docker.listContainers({ filters, abortSignal: callDeadline() });
    if (found) return found.Id;
    const what = `No container of the stack "${this.#stackId}" with the name "${name}" is running.`;
    throw new EngineError('unavailable', what);
  }
}
