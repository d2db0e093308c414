import { freePorts } from '../http-endpoint.ts';
import { run } from '../run.ts';
import { until } from '../until.ts';
import { VotingStack } from '../voting-stack.ts';
import { Cluster } from './cluster.ts';

/** The time limit for nodes, their images and the stack. */
const UP_MS = 240_000;

/** The stack on a cluster of three nodes: its endpoints are the manager's. */
export class SwarmStack extends VotingStack {
  readonly cluster: Cluster;
  readonly #environment: Record<string, string>;

  /** An existing stack, named by STACK, PORT and CONTROL_PORT. */
  constructor({ STACK = '', PORT = '', CONTROL_PORT = '', ...settings }: Record<string, string>, signal: AbortSignal) {
    super(STACK, [Number(PORT), Number(CONTROL_PORT)], signal);
    this.cluster = new Cluster(STACK);
    // The terminal's file descriptor of the parent scripts isn't open here.
    this.#environment = { ...settings, STACK, PORT, CONTROL_PORT, SAY_SCREEN: '' };
  }

  /** Starts a cluster, and the stack on it. */
  static async start(name: string, settings: Record<string, string>, signal: AbortSignal): Promise<SwarmStack> {
    const [port, controlPort] = await freePorts(2);
    const where = { STACK: name, PORT: String(port), CONTROL_PORT: String(controlPort) };
    const stack = new SwarmStack({ ...settings, ...where }, signal);
    await stack.#script('up');
    await stack.healthy();
    return stack;
  }

  /** Redeploys the stack with a single-use record-vote. */
  async becomeSingleUse(): Promise<void> {
    const [before] = await this.cluster.running(1, 'launcher');
    await this.#script('single-use');
    const isAnother = async () => {
      const [now] = await this.cluster.running(1, 'launcher');
      return now !== undefined && now !== before;
    };
    await until('a launcher with the other catalog', isAnother, { withinMs: UP_MS, everyMs: 200, signal: this.signal });
    await this.healthy();
  }

  /** A container within a container: the database is on the manager. */
  async inDatabase(...command: string[]): Promise<string[]> {
    const [id] = await this.cluster.running(1, 'database');
    if (!id) throw new Error('There is no database on the manager');
    const nested = ['docker', 'exec', '--interactive', id];
    return ['exec', '--interactive', this.cluster.container(1), ...nested, ...command];
  }

  #script(what: 'up' | 'single-use'): Promise<unknown> {
    return run('infra/bench/cluster.sh', [what], { env: this.#environment, withinMs: UP_MS });
  }
}
