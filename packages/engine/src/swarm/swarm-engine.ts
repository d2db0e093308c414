import { secretFor } from '@serverless-vote/contracts/secret';
import { Agents } from '@serverless-vote/task-agent/agents';
import type { AgentConnection } from '@serverless-vote/task-agent/connection';
import type { Forwarding } from '@serverless-vote/task-agent/protocol';
import pTimeout from 'p-timeout';
import { EngineError, type EngineToOpen, type Relay, type SandboxSpec, type StartedSandbox } from '../engine.ts';
import { type NetworksParts, SwarmNetworks } from './networks.ts';
import { Placeholder } from './placeholder.ts';
import { type ResourcesParts, SwarmResources } from './resources.ts';
import { SwarmService } from './service.ts';
import { type ServiceDescription, serviceSpec } from './service-spec.ts';

/** A reachable task ends at once when it is told to. */
const KILL_MS = 2_000;

interface SwarmEngineParts extends ResourcesParts, NetworksParts {
  databaseHost: string;
  warn(details: object, event: string): void;
}

/**
 * A Docker Swarm, through the API of the launcher's own manager node: a service for each function, whose tasks are its sandboxes.
 * Swarm starts, places and replaces tasks, but can't end a particular one or report how it ended: the agent in each task does that.
 * Swarm doesn't report which images a node has, and launcher and database may be on other machines than this API.
 */
export class SwarmEngine implements EngineToOpen {
  readonly #parts: SwarmEngineParts;
  readonly #services = new Map<string, SwarmService>();
  readonly #running = new Map<string, AgentConnection>();
  readonly #starting = new Map<string, SwarmService>();
  readonly #resources: SwarmResources;
  readonly #placeholder: Placeholder;
  readonly #agents: Agents;
  /** The launcher's own addresses; known once the engine is open. */
  readonly networks: SwarmNetworks;

  constructor(parts: SwarmEngineParts) {
    this.#parts = parts;
    const { stackId, key, warn } = parts;
    this.networks = new SwarmNetworks(parts);
    this.#resources = new SwarmResources(parts);
    this.#placeholder = new Placeholder({ ...parts, networks: this.networks, resources: this.#resources });
    this.#agents = new Agents({
      secretOf: (service) => (this.#services.has(service) ? secretFor(key, 'task-agent', service) : undefined),
      imageOf: (task, service, address) => this.networks.imageOf(address, task, `${stackId}_${service}`),
      registered: (agent, { service, task }, image) => this.#services.get(service)?.registered(agent, task, image),
      warn,
    });
  }

  /** First removes the services that a predecessor left. Their tasks ended themselves when they lost its connection. */
  async open(): Promise<void> {
    await this.networks.find();
    await this.#resources.remove();
    await Promise.all(this.networks.all.map(({ address }) => this.#agents.listen(address)));
  }

  async close(): Promise<void> {
    this.#agents.close();
    this.#placeholder.close();
    for (const service of this.#services.values()) service.close();
    await this.#resources.remove();
  }

  async start(spec: SandboxSpec): Promise<StartedSandbox> {
    const from = performance.now();
    const service = this.#serviceOf(spec);
    this.#starting.set(spec.sandboxId, service);
    const { relay } = spec;
    // An image of others may have no node.
    this.#placeholder.hold(relay ? this.networks.image : spec.image);
    const agent = await service.task(spec).catch((error) => {
      this.#forget(spec.sandboxId);
      throw error;
    });
    this.#running.set(spec.sandboxId, agent);
    this.#starting.delete(spec.sandboxId);
    void agent.ended.then(() => this.#forget(spec.sandboxId));
    agent.start(spec.environment, typeof relay?.from === 'number' ? forwarding(relay.from, relay) : undefined);
    const { containerId, output, ended: exited, withdrawn, address } = agent;
    return { containerId, createMs: 0, startMs: performance.now() - from, output, exited, withdrawn, address };
  }

  async stop(sandboxId: string, graceMs: number): Promise<void> {
    const agent = this.#running.get(sandboxId);
    agent?.stop();
    if (agent) await pTimeout(agent.ended, { milliseconds: graceMs, fallback: () => this.remove(sandboxId) });
  }

  async remove(sandboxId: string): Promise<void> {
    this.#starting.get(sandboxId)?.cancel(sandboxId);
    const agent = this.#running.get(sandboxId);
    if (!agent) return;
    agent.kill();
    // A task that can't be reached any more (its node is cut off) has lost the launcher, too, and ends itself.
    await pTimeout(agent.ended, { milliseconds: KILL_MS, fallback: () => agent.lose() });
  }

  async list(): Promise<string[]> {
    return [...this.#running.keys()];
  }

  #forget(sandboxId: string): void {
    this.#starting.delete(sandboxId);
    this.#running.delete(sandboxId);
    if (this.#starting.size + this.#running.size === 0) this.#placeholder.release();
  }

  #serviceOf(spec: SandboxSpec): SwarmService {
    const known = this.#services.get(spec.name);
    if (known) return known;
    const { docker, stackId, warn } = this.#parts;
    const name = `${stackId}_${spec.name}`;
    const service = new SwarmService(spec, { docker, name, warn, describe: (current) => this.#describe(current) });
    this.#services.set(spec.name, service);
    return service;
  }

  async #describe(spec: SandboxSpec): Promise<ServiceDescription> {
    if (spec.runtime !== undefined) {
      const what = `A Swarm's services can't choose a runtime; make "${spec.runtime}" the default of its nodes' engines.`;
      throw new EngineError('misconfigured', what);
    }
    const { stackId, databaseHost } = this.#parts;
    const ofOurs = this.networks.of(spec.kind === 'web' ? 'web' : 'functions');
    const network = spec.relay ? this.networks.only(spec.name) : ofOurs;
    return serviceSpec(spec, {
      ...{ stackId, databaseHost },
      image: await this.#resources.image(spec.image),
      // The address instead of the name: Swarm publishes the launcher's name only after its health check has passed.
      agentAddress: Agents.at(network.address),
      agent: await this.#resources.agent(),
      networkId: network.id,
      secrets: await this.#resources.secrets(spec),
    });
  }
}

/** The launcher's listener, at the address that the agent knows. */
const forwarding = (port: number, { to, token = '' }: Relay): Forwarding => ({
  port,
  to: Number(String(to).split(':')[1]),
  token,
});
