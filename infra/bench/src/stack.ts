import type Docker from 'dockerode';
import { freePorts } from './http-endpoint.ts';
import { run } from './run.ts';
import { VotingStack } from './voting-stack.ts';

const LABEL = 'org.serverless-vote';
/** For `docker-compose`, on a machine that is busy. */
const UP_MS = 180_000;

/** A stack of the bench's own, started like any other: launcher and database, with their volumes and ports. */
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

  /** Has its launcher started anew with other settings. */
  async change(settings: Record<string, string>): Promise<void> {
    await run('infra/bench/stack.sh', ['up'], { env: { ...this.#environment, ...settings }, withinMs: UP_MS });
    await this.healthy();
  }

  /** Removes everything of it, volumes too. */
  async stop(): Promise<void> {
    this.close();
    await run('infra/bench/stack.sh', ['down'], { env: this.#environment, withinMs: UP_MS });
  }

  async permanent(name: 'launcher' | 'database'): Promise<Docker.Container> {
    const [found] = await this.containers(name);
    if (!found) throw new Error(`${this.name} has no ${name}`);
    return this.#docker.getContainer(found.Id);
  }

  /** Its containers that run now, by the name that they have in the catalog. */
  containers(name?: string): Promise<Docker.ContainerInfo[]> {
    const label = [`${LABEL}.launcher=${this.name}`, ...(name === undefined ? [] : [`${LABEL}.name=${name}`])];
    return this.#docker.listContainers({ filters: { label } });
  }

  /** The arguments of `docker` that run a command in the database's container, with stdin. */
  async inDatabase(...command: string[]): Promise<string[]> {
    return ['exec', '--interactive', (await this.permanent('database')).id, ...command];
  }
}
