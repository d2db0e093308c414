import { timingSafeEqual } from 'node:crypto';
import net from 'node:net';
import type Docker from 'dockerode';
import type { EngineToOpen, SandboxSpec, StartedSandbox } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { SwarmNetworks } from './networks.ts';
import { SwarmAnchor } from './placeholder.ts';
import { type SwarmPossessions, secretFor } from './resources.ts';
import { SwarmService } from './service.ts';
import { serviceSpec } from './service-spec.ts';
import { Leash, type Registration } from './task-agent/connection.ts';

export const LEASH_PORT = 9002;
/** A leash that is told to end its task does so at once, if it is there at all. */
const KILL_MS = 2_000;
const REGISTER_MS = 10_000;
const LEASHES = 2_000;

interface SwarmEngineParts {
  docker: Docker;
  stackId: string;
  networks: SwarmNetworks;
  possessions: SwarmPossessions;
  databaseHost: string;
  warn(details: object, event: string): void;
}

/**
 * A Docker Swarm, by the API of the manager that the launcher is on: a service for each function, whose tasks are its sandboxes.
 * Swarm starts, places and replaces tasks, but can't end a certain one or tell how it ended: for that each holds a leash.
 */
export class SwarmEngine implements EngineToOpen {
  readonly #parts: SwarmEngineParts;
  readonly #docker: Docker;
  readonly #services = new Map<string, SwarmService>();
  readonly #running = new Map<string, Leash>();
  readonly #starting = new Map<string, SwarmService>();
  /** Tasks that have registered: nobody can do so a second time in a task's name. */
  readonly #registered = new Set<string>();
  readonly #anchor: SwarmAnchor;
  #doors: net.Server[] = [];

  constructor(parts: SwarmEngineParts) {
    this.#parts = parts;
    this.#anchor = new SwarmAnchor(parts);
    this.#docker = parts.docker;
  }

  /** Takes over what a predecessor left: its services, at zero. Their tasks have ended themselves when they lost it. */
  async open(): Promise<void> {
    const { networks, possessions } = this.#parts;
    await networks.find();
    await possessions.bringToZero();
    this.#doors = await Promise.all(
      [networks.functions, networks.web].map(({ address }) => this.#openLeashDoor(address)),
    );
  }

  async close(): Promise<void> {
    for (const door of this.#doors) door.close();
    this.#anchor.close();
    for (const service of this.#services.values()) service.close();
    await this.#parts.possessions.remove();
  }

  async start(spec: SandboxSpec): Promise<StartedSandbox> {
    const from = performance.now();
    const service = this.#serviceOf(spec);
    this.#starting.set(spec.sandboxId, service);
    this.#anchor.drop(spec.image);
    const leash = await service.task(spec).catch((error) => {
      this.#forget(spec.sandboxId);
      throw error;
    });
    this.#running.set(spec.sandboxId, leash);
    this.#starting.delete(spec.sandboxId);
    void leash.ended.then(() => this.#forget(spec.sandboxId));
    leash.start(spec.environment);
    const { containerId, output, ended: exited, withdrawn, address } = leash;
    return { containerId, createMs: 0, startMs: performance.now() - from, output, exited, withdrawn, address };
  }

  async stop(sandboxId: string, graceMs: number): Promise<void> {
    const leash = this.#running.get(sandboxId);
    leash?.stop();
    if (leash && (await endsWithin(leash, graceMs)) === 'late') await this.remove(sandboxId);
  }

  async remove(sandboxId: string): Promise<void> {
    this.#starting.get(sandboxId)?.cancel(sandboxId);
    const leash = this.#running.get(sandboxId);
    if (!leash) return;
    leash.kill();
    // Whoever can't be told any more (its node is cut off) hears nothing either, and ends itself.
    if ((await endsWithin(leash, KILL_MS)) === 'late') leash.lose();
  }

  async list(): Promise<string[]> {
    return [...this.#running.keys()];
  }

  /** Launcher and database may be on other machines than this API. */
  async permanentMemory(): Promise<undefined> {
    return undefined;
  }

  #forget(sandboxId: string): void {
    this.#starting.delete(sandboxId);
    this.#running.delete(sandboxId);
    if (this.#starting.size + this.#running.size === 0) this.#anchor.weigh();
  }

  #serviceOf(spec: SandboxSpec): SwarmService {
    const known = this.#services.get(spec.name);
    if (known) return known;
    const { stackId, warn } = this.#parts;
    const describe = (current: SandboxSpec) => this.#describe(current);
    const service = new SwarmService(this.#docker, `${stackId}_${spec.name}`, spec, describe, warn);
    this.#services.set(spec.name, service);
    return service;
  }

  async #describe(spec: SandboxSpec): Promise<ReturnType<typeof serviceSpec>> {
    if (spec.runtime !== undefined) {
      const what = `A Swarm's services can't choose a runtime; make "${spec.runtime}" the default of its nodes' engines.`;
      throw new EngineError('misconfigured', what);
    }
    const { stackId, networks, possessions, databaseHost } = this.#parts;
    const leash = await possessions.leash();
    const network = spec.kind === 'web' ? networks.web : networks.functions;
    return serviceSpec(spec, {
      ...{ stackId, databaseHost },
      image: await possessions.image(spec.image),
      // The address: Swarm makes the launcher's name known only when its health has been checked.
      leash: { address: `${network.address}:${LEASH_PORT}`, ...leash },
      networkId: network.id,
      secrets: await possessions.secrets(spec),
    });
  }

  async #openLeashDoor(address: string): Promise<net.Server> {
    const door = net.createServer({ keepAlive: true }, (socket) => {
      const late = setTimeout(() => socket.destroy(), REGISTER_MS);
      let asked = false;
      const leash = new Leash(socket, (registration) => {
        if (asked) return leash.lose();
        asked = true;
        this.#register(leash, registration)
          .catch((error: unknown) => {
            this.#parts.warn({ from: leash.address, why: String(error) }, 'task.refused');
            leash.lose();
          })
          .finally(() => clearTimeout(late));
      });
    });
    door.maxConnections = LEASHES;
    await new Promise<void>((resolve, reject) => {
      door.once('error', reject);
      door.listen(LEASH_PORT, address, resolve);
    });
    return door;
  }

  /** Lets a task in that knows its service's secret and is, as Swarm says, a task of that service at the address it calls from. */
  async #register(leash: Leash, { service, task, secret, containerId }: Registration): Promise<void> {
    const known = this.#services.get(service);
    if (!known || !isEqual(secret, secretFor(this.#parts.possessions.key, 'leash', service)))
      throw new Error('It does not know the secret of a service that is waited for.');
    if (!/^[a-z0-9]{25}$/.test(task) || this.#registered.has(task))
      throw new Error('This task has registered already.');
    const inspected = await this.#docker.getTask(task).inspect();
    if (!(await this.#parts.networks.isOf(inspected, leash.address, `${this.#parts.stackId}_${service}`)))
      throw new Error('Swarm has no such task at this address.');
    this.#registered.add(task);
    void leash.ended.then(() => setTimeout(() => this.#registered.delete(task), 60_000).unref());
    leash.containerId = /^[0-9a-f]{12}$/.test(containerId) ? containerId : task.slice(0, 12);
    known.registered(
      leash,
      task,
      (inspected as { Spec: { ContainerSpec: { Image: string } } }).Spec.ContainerSpec.Image,
    );
  }
}

function isEqual(given: unknown, wanted: string): boolean {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function endsWithin(leash: Leash, ms: number): Promise<'ended' | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
  });
  return Promise.race([leash.ended.then(() => 'ended' as const), late]).finally(() => clearTimeout(timer));
}
