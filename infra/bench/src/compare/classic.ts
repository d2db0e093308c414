import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { bundle } from '../bundle.ts';
import { type Answer, Endpoint, freePorts } from '../http-endpoint.ts';
import { run } from '../run.ts';
import { until } from '../until.ts';
import type { Application, Counted } from './application.ts';

type Service = 'vote' | 'worker' | 'result' | 'redis' | 'db';
const SERVICES: readonly Service[] = ['redis', 'db', 'vote', 'worker', 'result'];

const UP_MS = 180_000;
const READY_MS = 60_000;
/** Longer than the worker's pause, and what it does between two of them. */
const STEP_MS = 500;
const DATABASE = { host: 'db', user: 'postgres', database: 'postgres' };

/** The five containers of `make classic`, started by the same compose file. */
export class Classic implements Application {
  readonly name = 'classic';
  readonly resultsPort: number;
  readonly #stack: string;
  readonly #votes: Endpoint;
  readonly #docker: Docker;
  readonly #signal: AbortSignal;

  private constructor(stack: string, [port = 0, resultsPort = 0]: readonly number[], parts: Parts) {
    this.resultsPort = resultsPort;
    this.#stack = stack;
    this.#votes = new Endpoint(port);
    this.#docker = parts.docker;
    this.#signal = parts.signal;
  }

  static async start(stack: string, parts: Parts): Promise<Classic> {
    const ports = await freePorts(2);
    const env = { STACK: stack, CLASSIC_PORT: String(ports[0]), CLASSIC_RESULTS_PORT: String(ports[1]) };
    await run('infra/bench/stack.sh', ['classic-up'], { env, withinMs: UP_MS });
    const classic = new Classic(stack, ports, parts);
    await classic.ready();
    return classic;
  }

  vote(choice = 'cats'): Promise<Answer> {
    return this.#votes.post('/', `choice=${choice}`, { 'content-type': 'application/x-www-form-urlencoded' });
  }

  async ready(): Promise<void> {
    for (const service of SERVICES) await this.#start(service);
    const answers = () =>
      this.#votes.send('/').then(
        ({ status }) => status === 200,
        () => false,
      );
    await this.#until('the vote page', answers);
    // What earlier rows have left in the queue would take the worker minutes.
    await this.#redis('flushall');
    await this.#until('the worker', async () => / cmd=lpop /.test(await this.#redis('client', 'list')));
    await this.#until('the database', () =>
      this.counted().then(
        () => true,
        () => false,
      ),
    );
    await pause(STEP_MS);
  }

  /** It is always the same. */
  idle(): Promise<void> {
    return this.ready();
  }

  containers(): Promise<Docker.ContainerInfo[]> {
    return this.#docker.listContainers({ filters: { label: [`org.serverless-vote.classic=${this.#stack}`] } });
  }

  async counted(): Promise<number> {
    const program = await bundle('sql/run.ts', 'sql');
    const question = JSON.stringify(['select count(*)::int as votes from votes', [], DATABASE]);
    const { id } = await this.#container('vote');
    const command = ['exec', '--interactive', id, 'node', '--input-type=module', '-', question];
    const { stdout } = await run('docker', command, { input: readFileSync(program, 'utf8') });
    return (JSON.parse(stdout) as { votes: number }[])[0]?.votes ?? Number.NaN;
  }

  async killStore(): Promise<void> {
    await (await this.#container('redis')).kill({ signal: 'SIGKILL' });
    await this.#drained();
  }

  /**
   * The worker asks for a vote while Redis is frozen, and is killed before Redis answers: the vote leaves the list and arrives nowhere.
   * Between the two statements it would be the same, but that takes half a millisecond, which nobody hits.
   */
  async killTaker(): Promise<Counted> {
    const [redis, worker] = [await this.#container('redis'), await this.#container('worker')];
    const before = await this.counted();
    await worker.pause();
    const { status } = await this.vote();
    await redis.pause();
    await worker.unpause();
    await pause(STEP_MS);
    await worker.kill({ signal: 'SIGKILL' });
    await redis.unpause();
    await this.#drained();
    const acknowledged = status === 200 ? 1 : 0;
    return { acknowledged, lost: acknowledged - ((await this.counted()) - before) };
  }

  async restartDatabase(): Promise<void> {
    await (await this.#container('db')).restart({ t: 10 });
  }

  /** Waits until the worker has taken all votes, and written the last one. */
  async #drained(): Promise<void> {
    await this.#start('redis');
    const isEmpty = async () => {
      await this.#start('worker');
      return (await this.#redis('llen', 'votes')) === '0' && / cmd=lpop /.test(await this.#redis('client', 'list'));
    };
    await this.#until('an empty queue', isEmpty);
    await pause(STEP_MS);
  }

  async #redis(...command: string[]): Promise<string> {
    const { id } = await this.#container('redis');
    return (await run('docker', ['exec', id, 'redis-cli', ...command]).catch(() => ({ stdout: '' }))).stdout.trim();
  }

  async #start(service: Service): Promise<void> {
    const container = await this.#container(service);
    if (!(await container.inspect()).State.Running) await container.start();
  }

  async #container(service: Service): Promise<Docker.Container> {
    const label = [`org.serverless-vote.classic=${this.#stack}`, `com.docker.compose.service=${service}`];
    const [found] = await this.#docker.listContainers({ all: true, filters: { label } });
    if (!found) throw new Error(`the classic application has no ${service}`);
    return this.#docker.getContainer(found.Id);
  }

  #until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return until(`classic: ${what}`, condition, { withinMs: READY_MS, everyMs: 200, signal: this.#signal });
  }
}

interface Parts {
  docker: Docker;
  signal: AbortSignal;
}
