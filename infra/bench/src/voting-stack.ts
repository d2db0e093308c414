import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bundle } from './bundle.ts';
import { type Answer, Endpoint } from './http-endpoint.ts';
import { type Metric, parseMetrics, sum } from './metrics.ts';
import { run } from './run.ts';
import { until } from './until.ts';

const SETTLE_MS = 60_000;
/** How many checks without a change before `nudge` is called. */
const NUDGE_AFTER = 5;

/** The number of on-demand containers, by `<name> <state>`. */
export type Population = Readonly<Record<string, number>>;

/** An event of record-vote from a new voter. */
export const newVote = () => ({ voterId: randomUUID(), choice: 'cats' });

/** A running stack on one machine or several, accessed through its two endpoints and its database. */
export abstract class VotingStack {
  readonly name: string;
  readonly gateway: Endpoint;
  readonly control: Endpoint;
  readonly gatewayPort: number;
  protected readonly signal: AbortSignal;

  constructor(name: string, [port = 0, controlPort = 0]: readonly number[], signal: AbortSignal) {
    this.name = name;
    this.gatewayPort = port;
    this.gateway = new Endpoint(port);
    this.control = new Endpoint(controlPort);
    this.signal = signal;
  }

  /** The arguments of `docker` that run a command in the database's container, with stdin. */
  abstract inDatabase(...command: string[]): Promise<string[]>;

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

  /** Waits until there are exactly these containers and nothing is in progress; calls `nudge` when nothing changes but something is missing. */
  async settle(
    what: string,
    is: (found: Population) => boolean,
    nudge?: (found: Population) => Promise<unknown>,
  ): Promise<void> {
    let still = 0;
    let found: Population = {};
    const isSettled = async () => {
      found = await this.population();
      const isMoving = Object.keys(found).some((container) => !/ (prewarmed|ready)$/.test(container));
      if (!isMoving && is(found)) return true;
      still = isMoving ? 0 : still + 1;
      if (still % NUDGE_AFTER === 0 && still > 0) await nudge?.(found);
      return false;
    };
    const seen = () => Object.entries(found).flat().join(' ') || 'none';
    await until(`${this.name}: ${what}`, isSettled, { withinMs: SETTLE_MS, signal: this.signal, seen });
  }

  /** Waits until no on-demand container is left. */
  empty(): Promise<void> {
    return this.settle('no container on demand', (found) => Object.keys(found).length === 0);
  }

  /** Waits until the function's warm pool is ready; if necessary, a vote or a request for the results starts it. */
  async prewarmed(name: 'record-vote' | 'fetch-results', count: number): Promise<void> {
    const readyIn = (found: Population) => found[`${name} prewarmed`] ?? 0;
    // More than enough become fewer by themselves; a further event would keep them.
    const nudge = async (found: Population) =>
      readyIn(found) < count && (name === 'record-vote' ? this.vote() : this.invoke(name));
    await this.settle(`${count} prewarmed containers of ${name}`, (found) => readyIn(found) === count, nudge);
  }

  /** One vote of a new voter, through the Invoke API. */
  vote(): Promise<Answer> {
    return this.invoke('record-vote', newVote());
  }

  /** The value of a counter in the metrics. */
  async counter(name: string, labels: Record<string, string> = {}): Promise<number> {
    return sum(await this.metrics(), name, labels);
  }

  /** Runs SQL as the database's superuser, without a function. */
  async sql<Row>(text: string, values?: readonly unknown[], withinMs = 60_000): Promise<Row[]> {
    const program = await bundle('sql/run.ts', 'sql');
    const command = await this.inDatabase('node', '--input-type=module', '-');
    // A long run has thousands of voters, and an argument of a command at most 128 KB.
    const argument = `process.argv[2] = ${JSON.stringify(JSON.stringify([text, values]))};\n`;
    const { stdout } = await run('docker', command, { input: argument + readFileSync(program, 'utf8'), withinMs });
    return JSON.parse(stdout) as Row[];
  }

  /** Waits until its database is migrated. */
  async healthy(): Promise<void> {
    const isHealthy = () =>
      this.control.send('/healthz').then(
        ({ status }) => status === 200,
        () => false,
      );
    await until(`${this.name} is healthy`, isHealthy, { withinMs: 120_000, everyMs: 100, signal: this.signal });
  }

  close(): void {
    this.gateway.close();
    this.control.close();
  }
}
