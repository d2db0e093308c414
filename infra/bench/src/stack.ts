import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import { bundle } from './bundle.ts';
import { type Answer, Door, freePorts } from './http-door.ts';
import { type Metric, parseMetrics, sum } from './metrics.ts';
import { run } from './run.ts';
import { until } from './until.ts';

const LABEL = 'org.serverless-vote';
const SETTLE_MS = 45_000;
/** Looks without a change before the bench brings the wanted population about. */
const NUDGE_AFTER = 5;

/** How many on-demand containers there are, by `<name> <state>`. */
export type Population = Readonly<Record<string, number>>;

/** An event of record-vote: somebody who has never voted. */
export const newVote = () => ({ voterId: randomUUID(), choice: 'cats' });

/** What votes can be cast at, and asked about: a stack on one machine, or on several. */
export interface Polls {
  gateway: Door;
  invoke(name: string, event?: unknown): Promise<Answer>;
  sql<Row>(text: string, values?: readonly unknown[], withinMs?: number): Promise<Row[]>;
  inDatabase(...command: string[]): Promise<string[]>;
}

/** Runs SQL as the database's superuser, in its container. */
export async function sqlAt<Row>(
  polls: Pick<Polls, 'inDatabase'>,
  text: string,
  values?: readonly unknown[],
  withinMs = 60_000,
): Promise<Row[]> {
  const program = await bundle('sql/run.ts', 'sql');
  const command = await polls.inDatabase('node', '--input-type=module', '-', JSON.stringify([text, values]));
  const { stdout } = await run('docker', command, { input: readFileSync(program, 'utf8'), withinMs });
  return JSON.parse(stdout) as Row[];
}

/** A stack of the bench's own, started like any other: launcher and database, with their volumes and ports. */
export class Stack implements Polls {
  readonly name: string;
  readonly gateway: Door;
  readonly control: Door;
  readonly gatewayPort: number;
  readonly #environment: Record<string, string>;
  readonly #docker: Docker;
  readonly #signal: AbortSignal;

  private constructor(
    name: string,
    ports: readonly number[],
    settings: Record<string, string>,
    parts: { docker: Docker; signal: AbortSignal },
  ) {
    const [port = 0, controlPort = 0] = ports;
    this.name = name;
    this.gatewayPort = port;
    this.gateway = new Door(port);
    this.control = new Door(controlPort);
    this.#docker = parts.docker;
    this.#signal = parts.signal;
    this.#environment = { STACK: name, PORT: String(port), CONTROL_PORT: String(controlPort), ...settings };
  }

  /** Starts it; resolves when its database is migrated. */
  static async start(
    name: string,
    settings: Record<string, string>,
    parts: { docker: Docker; signal: AbortSignal },
  ): Promise<Stack> {
    const stack = new Stack(name, await freePorts(2), settings, parts);
    await run('infra/bench/stack.sh', ['up'], { env: stack.#environment });
    const isHealthy = () =>
      stack.control.send('/healthz').then(
        ({ status }) => status === 200,
        () => false,
      );
    await until(`${name} is healthy`, isHealthy, { withinMs: 60_000, everyMs: 100, signal: parts.signal });
    return stack;
  }

  /** Removes everything of it, volumes too. */
  async stop(): Promise<void> {
    this.gateway.close();
    this.control.close();
    await run('infra/bench/stack.sh', ['down'], { env: this.#environment });
  }

  invoke(name: string, event: unknown = {}): Promise<Answer> {
    return this.control.post(`/2015-03-31/functions/${name}/invocations`, JSON.stringify(event));
  }

  async metrics(): Promise<Metric[]> {
    return parseMetrics((await this.control.send('/metrics')).body);
  }

  async population(): Promise<Population> {
    const containers = (await this.metrics()).filter(({ name, value }) => name === 'containers' && value > 0);
    return Object.fromEntries(containers.map(({ labels, value }) => [`${labels.name} ${labels.state}`, value]));
  }

  /** Waits until this is the population and nothing is on its way; `nudge` is called when nothing moves and something is missing. */
  async settle(what: string, is: (found: Population) => boolean, nudge?: () => Promise<unknown>): Promise<void> {
    let still = 0;
    const isSettled = async () => {
      const found = await this.population();
      const isMoving = Object.keys(found).some((container) => !/ (spare|ready)$/.test(container));
      if (!isMoving && is(found)) return true;
      still = isMoving ? 0 : still + 1;
      if (still % NUDGE_AFTER === 0 && still > 0) await nudge?.();
      return false;
    };
    await until(`${this.name}: ${what}`, isSettled, { withinMs: SETTLE_MS, signal: this.#signal });
  }

  /** Waits until no on-demand container is left. */
  empty(): Promise<void> {
    return this.settle('no container on demand', (found) => Object.keys(found).length === 0);
  }

  /** Waits until the spares of this function are ready; a vote or a look at the results brings them, if there are none. */
  async spares(name: 'record-vote' | 'fetch-results', count: number): Promise<void> {
    const nudge = () => (name === 'record-vote' ? this.vote() : this.invoke(name));
    await this.settle(`${count} spares of ${name}`, (found) => (found[`${name} spare`] ?? 0) === count, nudge);
  }

  /** One vote of somebody new, through the Invoke API. */
  vote(): Promise<Answer> {
    return this.invoke('record-vote', newVote());
  }

  /** A number that only grows, from the metrics. */
  async counter(name: string, labels: Record<string, string> = {}): Promise<number> {
    return sum(await this.metrics(), name, labels);
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

  /** Runs SQL as the database's superuser, past all functions. */
  async sql<Row>(text: string, values?: readonly unknown[], withinMs = 60_000): Promise<Row[]> {
    return sqlAt(this, text, values, withinMs);
  }

  /** The arguments of `docker` that run a command in the database's container, with stdin. */
  async inDatabase(...command: string[]): Promise<string[]> {
    return ['exec', '--interactive', (await this.permanent('database')).id, ...command];
  }
}
