import type Docker from 'dockerode';
import { freePorts } from './http-endpoint.ts';
import { run } from './run.ts';
import { VotingStack } from './voting-stack.ts';

const LABEL = 'org.serverless-vote';
/** The time limit of `docker-compose` on a busy machine. */
const UP_MS = 180_000;

/** A stack of the benchmark's own, started like any other: launcher and database, with their volumes and ports. */
export class Stack extends VotingStack {
  readonly #environment: Record<string, string>;
  readonly #docker: Docker;

  private constructor(
    name: string,
    ports: readonly number[],
    settings: Record<string, string>,
    parts: { docker: Docker; signal: AbortSignal },
  ) {
    super(name, ports, parts.signal);
    const [port, controlPort] = ports;
    this.#docker = parts.docker;
    this.#environment = { STACK: name, PORT: String(port), CONTROL_PORT: String(controlPort), ...settings };
  }

  /** Starts it; resolves when its database is migrated. */
  static async start(
    name: string,
    settings: Record<string, string>,
    parts: { docker: Docker; signal: AbortSignal },
  ): Promise<Stack> {
    const stack = new Stack(name, await freePorts(2), settings, parts);
    await run('infra/bench/stack.sh', ['up'], { env: stack.#environment, withinMs: UP_MS });
    await stack.healthy();
    return stack;
  }

  /** Restarts its launcher with other settings. */
  async change(settings: Record<string, string>): Promise<void> {
    await run('infra/bench/stack.sh', ['up'], { env: { ...this.#environment, ...settings }, withinMs: UP_MS });
    await this.healthy();
  }

  /** Removes it, volumes included. */
  async stop(): Promise<void> {
    this.close();
    await run('infra/bench/stack.sh', ['down'], { env: this.#environment, withinMs: UP_MS });
  }

  async permanent(name: 'launcher' | 'database'): Promise<Docker.Container> {
    const [found] = await this.containers(name);
    if (!found) throw new Error(`${this.name} has no ${name}`);
    return this.#docker.getContainer(found.Id);
  }

  /** Its running containers, by their name in the catalog. */
  containers(name?: string): Promise<Docker.ContainerInfo[]> {
    const label = [`${LABEL}.launcher=${this.name}`, ...(name === undefined ? [] : [`${LABEL}.name=${name}`])];
    return this.#docker.listContainers({ filters: { label } });
  }

  /** The arguments of `docker` that run a command in the database's container, with stdin. */
  async inDatabase(...command: string[]): Promise<string[]> {
    return ['exec', '--interactive', (await this.permanent('database')).id, ...command];
  }
}
