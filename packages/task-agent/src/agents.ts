import net from 'node:net';
import { isSameSecret } from '@serverless-vote/contracts/secret';
import { AgentConnection } from './connection.ts';
import type { Registration } from './protocol.ts';
import { Unnamed } from './unnamed.ts';

const PORT = 9002;
const REGISTER_MS = 10_000;
const AGENTS = 2_000;
/** How long Swarm may take to remove a task's record. */
const REMEMBER_MS = 60_000;

interface AgentsParts {
  /** The secret of this function's tasks; undefined when none are expected. */
  secretOf(service: string): string | undefined;
  /** The image of this task, if Swarm confirms that it belongs to that service and has this address. */
  imageOf(task: string, service: string, address: string): Promise<string | undefined>;
  registered(agent: AgentConnection, registration: Registration, image: string): void;
  warn(details: object, event: string): void;
}

/** Where task agents register: a task must know its service's secret, and call from the address that Swarm gave it. */
export class Agents {
  readonly #parts: AgentsParts;
  /** Tasks that have registered; a task's ID can't be registered twice. */
  readonly #registered = new Set<string>();
  readonly #unnamed = new Unnamed();
  readonly #listeners: net.Server[] = [];

  constructor(parts: AgentsParts) {
    this.#parts = parts;
  }

  /** The endpoint at which agents reach the launcher with this address. */
  static at(address: string): string {
    return `${address}:${PORT}`;
  }

  async listen(address: string): Promise<void> {
    const listener = net.createServer({ keepAlive: true }, (socket) => this.#accept(socket));
    listener.maxConnections = AGENTS;
    this.#listeners.push(listener);
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(PORT, address, resolve);
    });
  }

  close(): void {
    for (const listener of this.#listeners) listener.close();
  }

  #accept(socket: net.Socket): void {
    this.#unnamed.add(socket);
    const late = setTimeout(() => socket.destroy(), REGISTER_MS);
    let hasAsked = false;
    const agent = new AgentConnection(socket, (registration) => {
      if (hasAsked) return agent.lose();
      hasAsked = true;
      this.#register(agent, registration)
        .then(() => this.#unnamed.name(socket))
        .catch((error: unknown) => {
          this.#parts.warn({ from: agent.address, why: String(error) }, 'task.refused');
          agent.lose();
        })
        .finally(() => clearTimeout(late));
    });
  }

  async #register(agent: AgentConnection, registration: Registration): Promise<void> {
    const { service, task: id, secret, containerId } = registration;
    // An array with the ID in it would convert to the same text, but be a different key in a Set.
    if (![service, id, secret, containerId].every((claim) => typeof claim === 'string'))
      throw new Error('It is not a registration.');
    if (!isSameSecret(this.#parts.secretOf(service), secret))
      throw new Error('It does not know the secret of a service that expects tasks.');
    if (!/^[a-z0-9]{25}$/.test(id) || this.#registered.has(id)) throw new Error('This task has registered already.');
    const image = await this.#parts.imageOf(id, service, agent.address);
    if (image === undefined) throw new Error('Swarm has no such task at this address.');
    // Meanwhile it may have registered by another connection, for which this one was closed.
    if (agent.isLost || this.#registered.has(id)) throw new Error('This task has another connection.');
    this.#registered.add(id);
    void agent.ended.then(() => setTimeout(() => this.#registered.delete(id), REMEMBER_MS).unref());
    agent.containerId = /^[0-9a-f]{12}$/.test(containerId) ? containerId : id.slice(0, 12);
    this.#parts.registered(agent, registration, image);
  }
}
