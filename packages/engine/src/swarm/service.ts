import { backoffMs } from '@serverless-vote/contracts/backoff';
import type Docker from 'dockerode';
import type { SandboxSpec } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { LABEL } from './service-spec.ts';
import { StartTrouble } from './start-trouble.ts';
import type { AgentConnection } from './task-agent/connection.ts';

const START_DEADLINE_MS = 30_000;
/** A task that has ended is often wanted again: only after this long is its place given up. */
const LOWER_AFTER_MS = 1_000;
/**
 * Whoever has waited this long for a start, and again this long, gets one more task; Swarm puts it on another node. One whose network has
 * just been set up may not find the launcher for half a minute.
 */
const HEDGE_MS = 3_000;
const HEDGES = 2;
/**
 * When Swarm has been told to have fewer tasks and one of them ends in that moment, it may forget to take the others away ("failed to update
 * task to REMOVE: update out of sequence" in its log), until it is told something about the service again.
 */
const FORGOTTEN_MS = 5_000;
/** How often it is looked whether the image is a new one, and why starts take long; only while there is demand. */
const LOOK_MS = 1_000;
/** Somebody else changed the service in that moment: so often it is asked again at once. */
const AT_ONCE = 3;

type Described = Omit<Docker.ServiceSpec, 'Mode'>;
interface Inspected {
  ID: string;
  Version: { Index: number };
  Spec: Docker.ServiceSpec;
}

interface Waiting {
  sandboxId: string;
  since: number;
  take(agent: AgentConnection): void;
  fail(error: Error): void;
}

/**
 * One function's service on the Swarm. Swarm starts, places and replaces its tasks; this says how many there are to be:
 *
 * 1. As many as are held, plus as many as are waited for, plus two at most when one is waited for too long. More are made at once,
 *    fewer after a second, and what Swarm forgets to take away it is told of again.
 * 2. Who waits gets the task that registers first, also one that Swarm made in the place of another that has ended.
 * 3. Tasks that fail before they register, three in a row, fail those who wait, with Swarm's own words; so the service
 *    goes to zero instead of being restarted for ever.
 * 4. A new image under the same name is rolled out. One whose tasks don't come up is given up for the last one that worked, and
 *    isn't tried again.
 */
export class SwarmService {
  readonly #docker: Docker;
  readonly #name: string;
  readonly #describe: (spec: SandboxSpec) => Promise<Described>;
  readonly #warn: (details: object, event: string) => void;
  readonly #trouble: StartTrouble;
  readonly #idle = new Set<AgentConnection>();
  readonly #held = new Set<AgentConnection>();
  #waiting: Waiting[] = [];
  #spec: SandboxSpec;
  #lowerAt = 0;
  #tooManySince: number | undefined;
  /** What was last ordered, and what a task last came up with. */
  #ordered: Described | undefined;
  #proven: Described | undefined;
  #refused: string | undefined;
  #converging: 'no' | 'yes' | 'and-again' = 'no';
  #look: NodeJS.Timeout | undefined;
  /** Orders in a row that the manager did not take. */
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(
    docker: Docker,
    name: string,
    spec: SandboxSpec,
    describe: (spec: SandboxSpec) => Promise<Described>,
    warn: (details: object, event: string) => void,
  ) {
    this.#docker = docker;
    this.#name = name;
    this.#spec = spec;
    this.#describe = describe;
    this.#warn = warn;
    this.#trouble = new StartTrouble(docker, name);
  }

  get #demand(): number {
    return this.#held.size + this.#waiting.length;
  }

  /** How many tasks Swarm is to have. */
  get #wanted(): number {
    const longest = Math.max(0, ...this.#waiting.map(({ since }) => performance.now() - since));
    return this.#demand + Math.min(HEDGES, Math.floor(longest / HEDGE_MS));
  }

  /** A task of its own for this sandbox. @throws {EngineError} when none comes, saying why */
  async task(spec: SandboxSpec): Promise<AgentConnection> {
    this.#spec = spec;
    const [idle] = this.#idle;
    if (idle) return this.#hold(idle);
    if (this.#waiting.length === 0) this.#trouble.forget();
    const task = new Promise<AgentConnection>((take, fail) => {
      const late = setTimeout(() => {
        const why = this.#trouble.latest ?? 'no task has come up';
        fail(
          new EngineError('unavailable', `Swarm started no container in time: ${why}.`, {
            retryAfterSeconds: 2,
          }),
        );
        this.cancel(spec.sandboxId);
      }, START_DEADLINE_MS);
      this.#waiting.push({
        sandboxId: spec.sandboxId,
        since: performance.now(),
        take(agent) {
          clearTimeout(late);
          take(agent);
        },
        fail(error) {
          clearTimeout(late);
          fail(error);
        },
      });
    });
    void this.#converge();
    return task;
  }

  /** A task has registered: whoever waits longest gets it. */
  registered(agent: AgentConnection, taskId: string, image: string): void {
    this.#trouble.came(taskId);
    if (imageOf(this.#ordered) === image) this.#proven = this.#ordered;
    void agent.ended.then(() => this.#gone(agent));
    const first = this.#waiting.shift();
    if (first) first.take(this.#hold(agent));
    else this.#idle.add(agent);
  }

  /** Stops waiting. */
  cancel(sandboxId: string): void {
    const wanted = this.#waiting.find((waiting) => waiting.sandboxId === sandboxId);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== wanted);
    wanted?.fail(new EngineError('unavailable', 'The container was not waited for any longer.'));
    this.#lowerIn(LOWER_AFTER_MS);
  }

  close(): void {
    clearInterval(this.#look);
    clearTimeout(this.#retry);
    for (const waiting of this.#waiting.splice(0))
      waiting.fail(new EngineError('unavailable', 'The launcher is shutting down.'));
    for (const agent of [...this.#idle, ...this.#held]) agent.lose();
  }

  #hold(agent: AgentConnection): AgentConnection {
    this.#idle.delete(agent);
    this.#held.add(agent);
    this.#look ??= setInterval(() => void this.#lookAround(), LOOK_MS);
    return agent;
  }

  #gone(agent: AgentConnection): void {
    this.#idle.delete(agent);
    this.#held.delete(agent);
    this.#lowerIn(LOWER_AFTER_MS);
  }

  #lowerIn(ms: number): void {
    this.#lowerAt = performance.now() + ms;
    setTimeout(() => void this.#converge(), ms + 1);
  }

  async #lookAround(): Promise<void> {
    if (this.#demand + this.#idle.size === 0) {
      clearInterval(this.#look);
      this.#look = undefined;
      return;
    }
    const trouble = this.#waiting.length > 0 ? await this.#trouble.look() : undefined;
    if (trouble && !this.#goBack(trouble)) this.#failAll(trouble);
    await this.#converge();
  }

  /** Gives a new image up for the one that worked. */
  #goBack({ message: why }: Error): boolean {
    if (!this.#proven || digestOf(this.#ordered) === digestOf(this.#proven)) return false;
    this.#refused = digestOf(this.#ordered);
    this.#trouble.forget();
    this.#warn({ service: this.#name, why }, 'service.rolled-back');
    return true;
  }

  #failAll(error: Error): void {
    this.#failWaiting(error);
    this.#lowerIn(0);
  }

  #failWaiting(error: Error): void {
    for (const waiting of this.#waiting.splice(0)) waiting.fail(error);
  }

  /** The manager did not take the order: once more, however many orders have failed meanwhile. */
  #orderIn(ms: number): void {
    clearTimeout(this.#retry);
    this.#lowerAt = performance.now();
    this.#retry = setTimeout(() => void this.#converge(), ms);
  }

  /** Brings what Swarm has to what there is to be; one at a time. Never rejects. */
  async #converge(): Promise<void> {
    this.#look ??= setInterval(() => void this.#lookAround(), LOOK_MS);
    if (this.#converging !== 'no') {
      this.#converging = 'and-again';
      return;
    }
    do {
      this.#converging = 'yes';
      try {
        await this.#step();
        this.#failures = 0;
      } catch (error) {
        this.#failures += 1;
        const isOutOfSequence = /out of sequence/.test(String(error));
        if (!isOutOfSequence) this.#failWaiting(explain(error));
        if (isOutOfSequence && this.#failures <= AT_ONCE) this.#converging = 'and-again';
        else this.#orderIn(backoffMs(this.#failures));
      }
    } while ((this.#converging as string) === 'and-again');
    this.#converging = 'no';
  }

  async #step(): Promise<void> {
    const described = await this.#describe(this.#spec);
    const wanted = digestOf(described) === this.#refused && this.#proven ? this.#proven : described;
    const service = this.#docker.getService(this.#name);
    const there = await (service.inspect() as Promise<Inspected>).catch(ifMissing);
    if (!there) {
      if (this.#demand === 0) return;
      this.#ordered = wanted;
      const Mode = { Replicated: { Replicas: this.#wanted } };
      return void (await this.#docker.createService({ ...wanted, Mode } as Docker.CreateServiceOptions));
    }
    const replicas = there.Spec.Mode?.Replicated?.Replicas ?? 0;
    const isTimeToLower = performance.now() >= this.#lowerAt;
    const Replicas = this.#wanted >= replicas || isTimeToLower ? this.#wanted : replicas;
    const order = digestOf(wanted) === digestOf(there.Spec) ? there.Spec : wanted;
    this.#ordered = order;
    if (Replicas === replicas && order === there.Spec && !this.#isForgotten(replicas)) return;
    const changed = { ...order, Mode: { Replicated: { Replicas } }, version: there.Version.Index };
    await service.update(changed as never);
  }

  /** Have there been more tasks than ordered for so long that Swarm has to be told again? */
  #isForgotten(ordered: number): boolean {
    const now = performance.now();
    if (this.#held.size + this.#idle.size <= ordered) this.#tooManySince = undefined;
    else this.#tooManySince ??= now;
    if (this.#tooManySince === undefined || now - this.#tooManySince < FORGOTTEN_MS) return false;
    this.#tooManySince = now;
    return true;
  }
}

const digestOf = (spec: Described | undefined): string | undefined => spec?.Labels?.[`${LABEL}.spec`];

function imageOf(spec: Described | undefined): string | undefined {
  return (spec?.TaskTemplate as { ContainerSpec?: { Image?: string } } | undefined)?.ContainerSpec?.Image;
}

function ifMissing(error: unknown): undefined {
  if ((error as { statusCode?: number }).statusCode !== 404) throw error;
}

function explain(error: unknown): Error {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new EngineError('unavailable', `The Swarm's manager did not take the order: ${message}`, {
    retryAfterSeconds: 2,
    cause: error,
  });
}
