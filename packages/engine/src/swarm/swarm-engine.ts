import { timingSafeEqual } from 'node:crypto';
import net from 'node:net';
import type Docker from 'dockerode';
import type { EngineToOpen, SandboxSpec, StartedSandbox } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { SwarmNetworks } from './networks.ts';
import { Placeholder } from './placeholder.ts';
import { type SwarmResources, secretFor } from './resources.ts';
import { SwarmService } from './service.ts';
import { serviceSpec } from './service-spec.ts';
import { AgentConnection, type Registration } from './task-agent/connection.ts';

export const AGENT_PORT = 9002;
/** A agent that is told to end its task does so at once, if it is there at all. */
const KILL_MS = 2_000;
const REGISTER_MS = 10_000;
const AGENTS = 2_000;

interface SwarmEngineParts {
  docker: Docker;
  stackId: string;
  networks: SwarmNetworks;
  resources: SwarmResources;
  databaseHost: string;
  warn(details: object, event: string): void;
}

/**
 * A Docker Swarm, by the API of the manager that the launcher is on: a service for each function, whose tasks are its sandboxes.
 * Swarm starts, places and replaces tasks, but can't end a certain one or tell how it ended: for that each holds a agent.
 */
export class SwarmEngine implements EngineToOpen {
  readonly #parts: SwarmEngineParts;
  readonly #docker: Docker;
  readonly #services = new Map<string, SwarmService>();
  readonly #running = new Map<string, AgentConnection>();
  readonly #starting = new Map<string, SwarmService>();
  /** Tasks that have registered: nobody can do so a second time in a task's name. */
  readonly #registered = new Set<string>();
  readonly #placeholder: Placeholder;
  #mounts: net.Server[] = [];

  constructor(parts: SwarmEngineParts) {
    this.#parts = parts;
    this.#placeholder = new Placeholder(parts);
    this.#docker = parts.docker;
  }

  /** Takes over what a predecessor left: its services, at zero. Their tasks have ended themselves when they lost it. */
  async open(): Promise<void> {
    const { networks, resources } = this.#parts;
    await networks.find();
    await resources.bringToZero();
    this.#mounts = await Promise.all(
      [networks.functions, networks.web].map(({ address }) => this.#listenForAgents(address)),
    );
  }

  async close(): Promise<void> {
    for (const listener of this.#mounts) listener.close();
    this.#placeholder.close();
    for (const service of this.#services.values()) service.close();
    await this.#parts.resources.remove();
  }

  async start(spec: SandboxSpec): Promise<StartedSandbox> {
    const from = performance.now();
    const service = this.#serviceOf(spec);
    this.#starting.set(spec.sandboxId, service);
    this.#placeholder.hold(spec.image);
    const agent = await service.task(spec).catch((error) => {
      this.#forget(spec.sandboxId);
      throw error;
    });
    this.#running.set(spec.sandboxId, agent);
    this.#starting.delete(spec.sandboxId);
    void agent.ended.then(() => this.#forget(spec.sandboxId));
    agent.start(spec.environment);
    const { containerId, output, ended: exited, withdrawn, address } = agent;
    return { containerId, createMs: 0, startMs: performance.now() - from, output, exited, withdrawn, address };
  }

  async stop(sandboxId: string, graceMs: number): Promise<void> {
    const agent = this.#running.get(sandboxId);
    agent?.stop();
    if (agent && (await endsWithin(agent, graceMs)) === 'late') await this.remove(sandboxId);
  }

  async remove(sandboxId: string): Promise<void> {
    this.#starting.get(sandboxId)?.cancel(sandboxId);
    const agent = this.#running.get(sandboxId);
    if (!agent) return;
    agent.kill();
    // Whoever can't be told any more (its node is cut off) hears nothing either, and ends itself.
    if ((await endsWithin(agent, KILL_MS)) === 'late') agent.lose();
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
    if (this.#starting.size + this.#running.size === 0) this.#placeholder.release();
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
    const { stackId, networks, resources, databaseHost } = this.#parts;
    const agent = await resources.agent();
    const network = spec.kind === 'web' ? networks.web : networks.functions;
    return serviceSpec(spec, {
      ...{ stackId, databaseHost },
      image: await resources.image(spec.image),
      // The address: Swarm makes the launcher's name known only when its health has been checked.
      agent: { address: `${network.address}:${AGENT_PORT}`, ...agent },
      networkId: network.id,
      secrets: await resources.secrets(spec),
    });
  }

  async #listenForAgents(address: string): Promise<net.Server> {
    const listener = net.createServer({ keepAlive: true }, (socket) => {
      const late = setTimeout(() => socket.destroy(), REGISTER_MS);
      let asked = false;
      const agent = new AgentConnection(socket, (registration) => {
        if (asked) return agent.lose();
        asked = true;
        this.#register(agent, registration)
          .catch((error: unknown) => {
            this.#parts.warn({ from: agent.address, why: String(error) }, 'task.refused');
            agent.lose();
          })
          .finally(() => clearTimeout(late));
      });
    });
    listener.maxConnections = AGENTS;
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(AGENT_PORT, address, resolve);
    });
    return listener;
  }

  /** Lets a task in that knows its service's secret and is, as Swarm says, a task of that service at the address it calls from. */
  async #register(agent: AgentConnection, { service, task, secret, containerId }: Registration): Promise<void> {
    const known = this.#services.get(service);
    if (!known || !isEqual(secret, secretFor(this.#parts.resources.key, 'task-agent', service)))
      throw new Error('It does not know the secret of a service that is waited for.');
    if (!/^[a-z0-9]{25}$/.test(task) || this.#registered.has(task))
      throw new Error('This task has registered already.');
    const inspected = await this.#docker.getTask(task).inspect();
    if (!(await this.#parts.networks.isOf(inspected, agent.address, `${this.#parts.stackId}_${service}`)))
      throw new Error('Swarm has no such task at this address.');
    this.#registered.add(task);
    void agent.ended.then(() => setTimeout(() => this.#registered.delete(task), 60_000).unref());
    agent.containerId = /^[0-9a-f]{12}$/.test(containerId) ? containerId : task.slice(0, 12);
    known.registered(
      agent,
      task,
      (inspected as { Spec: { ContainerSpec: { Image: string } } }).Spec.ContainerSpec.Image,
    );
  }
}

function isEqual(given: unknown, wanted: string): boolean {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function endsWithin(agent: AgentConnection, ms: number): Promise<'ended' | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms);
  });
  return Promise.race([agent.ended.then(() => 'ended' as const), late]).finally(() => clearTimeout(timer));
}
