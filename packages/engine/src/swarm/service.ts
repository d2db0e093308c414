import type { AgentConnection } from '@serverless-vote/task-agent/connection';
import type Docker from 'dockerode';
import pTimeout from 'p-timeout';
import { messageOf, unless } from '../docker-errors.ts';
import { EngineError, type SandboxSpec } from '../engine.ts';
import { ImageRollout } from './image-rollout.ts';
import { Reconciler } from './reconciler.ts';
import type { ServiceDescription } from './service-spec.ts';
import { StartTrouble } from './start-trouble.ts';

const START_DEADLINE_MS = 30_000;
/** A task that has ended is often needed again, so the number of tasks is lowered only after this long. */
const LOWER_AFTER_MS = 1_000;
/**
 * A start that takes this long, and again this long, is hedged with one more task, which Swarm places on another node. A task whose
 * network has just been set up may not reach the launcher for half a minute.
 */
const HEDGE_MS = 3_000;
const HEDGES = 2;
/**
 * When a task ends at the moment in which Swarm scales its service down, Swarm may fail to remove the others ("failed to update task
 * to REMOVE: update out of sequence" in its log) until the service is updated again.
 */
const FORGOTTEN_MS = 5_000;
/** How often to check for a new image, and for the reason of slow starts; only while there is demand. */
const LOOK_MS = 1_000;
/** How often an update is retried at once after a conflict with another update. */
const AT_ONCE = 3;

interface Inspected {
  Version: { Index: number };
  Spec: Docker.ServiceSpec;
}

interface Waiting {
  sandboxId: string;
  since: number;
  take(agent: AgentConnection): void;
  fail(error: Error): void;
}

interface ServiceParts {
  docker: Docker;
  name: string;
  describe(spec: SandboxSpec): Promise<ServiceDescription>;
  warn(details: object, event: string): void;
}

/**
 * One function's service on the Swarm. Swarm starts, places and replaces its tasks; this class decides how many there are:
 *
 * 1. One for each sandbox that runs or starts, plus at most two to hedge a start that takes too long. The number is raised at once and
 *    lowered after a second, and the update is repeated if Swarm fails to remove a task.
 * 2. The start that has waited longest gets the task that registers first, even if Swarm created that task to replace another one.
 * 3. When three tasks in a row fail before they register, all waiting starts fail with Swarm's own message, so the service goes to
 *    zero instead of being restarted forever.
 * 4. A new image under the same name is rolled out. If its tasks don't start, the service goes back to the last image that worked, and
 *    the new one isn't tried again.
 */
export class SwarmService {
  readonly #parts: ServiceParts;
  readonly #trouble: StartTrouble;
  readonly #rollout: ImageRollout;
  readonly #reconciler: Reconciler;
  /** Tasks that registered when no start was waiting. */
  readonly #idle = new Set<AgentConnection>();
  readonly #held = new Set<AgentConnection>();
  #waiting: Waiting[] = [];
  #spec: SandboxSpec;
  /** When the number of tasks may be lowered; it is raised at once. */
  #lowerAt = 0;
  #tooManySince: number | undefined;

  constructor(spec: SandboxSpec, parts: ServiceParts) {
    this.#spec = spec;
    this.#parts = parts;
    this.#trouble = new StartTrouble(parts.docker, parts.name);
    this.#rollout = new ImageRollout();
    this.#reconciler = new Reconciler({
      step: () => this.#step(),
      failed: (error, failures) => this.#orderFailed(error, failures),
    });
  }

  get #demand(): number {
    return this.#held.size + this.#waiting.length;
  }

  get #longestWaitMs(): number {
    return Math.max(0, ...this.#waiting.map(({ since }) => performance.now() - since));
  }

  /** The desired number of tasks. */
  get #wanted(): number {
    return this.#demand + Math.min(HEDGES, Math.floor(this.#longestWaitMs / HEDGE_MS));
  }

  /** Gets a task for this sandbox. @throws {EngineError} when none registers, saying why */
  async task(spec: SandboxSpec): Promise<AgentConnection> {
    this.#spec = spec;
    const [idle] = this.#idle;
    if (idle) return this.#hold(idle);
    if (this.#waiting.length === 0) this.#trouble.forget();
    const { sandboxId } = spec;
    const task = Promise.withResolvers<AgentConnection>();
    this.#waiting.push({ sandboxId, since: performance.now(), take: task.resolve, fail: task.reject });
    this.#reconciler.changed();
    const late = () => {
      const why = `Swarm started no container in time: ${this.#trouble.latest ?? 'no task has come up'}.`;
      this.cancel(sandboxId, new EngineError('unavailable', why, { retryAfterSeconds: 2 }));
      return task.promise;
    };
    return pTimeout(task.promise, { milliseconds: START_DEADLINE_MS, fallback: late });
  }

  /** A task has registered; the start that has waited longest gets it. */
  registered(agent: AgentConnection, taskId: string, image: string): void {
    this.#trouble.came(taskId);
    this.#rollout.cameUp(image);
    void agent.ended.then(() => {
      this.#idle.delete(agent);
      this.#held.delete(agent);
      this.#lowerAt = performance.now() + LOWER_AFTER_MS;
    });
    const first = this.#waiting.shift();
    if (first) return first.take(this.#hold(agent));
    this.#idle.add(agent);
    this.#reconciler.changed();
  }

  /** Stops waiting. */
  cancel(sandboxId: string, why = new EngineError('unavailable', 'The start was cancelled.')): void {
    const canceled = this.#waiting.find((waiting) => waiting.sandboxId === sandboxId);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== canceled);
    canceled?.fail(why);
    this.#lowerAt = performance.now() + LOWER_AFTER_MS;
  }

  close(): void {
    this.#reconciler.close();
    this.#failWaiting(new EngineError('unavailable', 'The launcher is shutting down.'));
    for (const agent of [...this.#idle, ...this.#held]) agent.lose();
  }

  #hold(agent: AgentConnection): AgentConnection {
    this.#idle.delete(agent);
    this.#held.add(agent);
    return agent;
  }

  #failWaiting(error: Error): void {
    for (const waiting of this.#waiting.splice(0)) waiting.fail(error);
  }

  /** The manager refused the update. @returns whether to retry at once */
  #orderFailed(error: unknown, failures: number): boolean {
    if (/out of sequence/.test(String(error))) return failures <= AT_ONCE;
    const what = `The Swarm's manager did not take the order: ${messageOf(error)}`;
    const explained = new EngineError('unavailable', what, { retryAfterSeconds: 2, cause: error });
    this.#failWaiting(error instanceof EngineError ? error : explained);
    this.#lowerAt = performance.now();
    return false;
  }

  /** Updates the service to the desired state. @returns when to check again */
  async #step(): Promise<number | 'settled'> {
    if (this.#longestWaitMs >= LOOK_MS) await this.#heedTrouble();
    const replicas = await this.#order();
    if (replicas === 0 && this.#demand + this.#idle.size === 0) return 'settled';
    const untilLower = this.#lowerAt - performance.now();
    return untilLower > 0 ? Math.min(LOOK_MS, untilLower) : LOOK_MS;
  }

  async #heedTrouble(): Promise<void> {
    const trouble = await this.#trouble.look();
    if (!trouble) return;
    if (this.#rollout.goBack()) {
      this.#trouble.forget();
      this.#parts.warn({ service: this.#parts.name, why: trouble.message }, 'service.rolled-back');
    } else {
      this.#failWaiting(trouble);
      this.#lowerAt = performance.now();
    }
  }

  /** @returns the number of tasks that Swarm was given */
  async #order(): Promise<number> {
    const { docker, name, describe } = this.#parts;
    const wanted = this.#rollout.choose(await describe(this.#spec));
    const service = docker.getService(name);
    const there = await (service.inspect() as Promise<Inspected>).catch(unless(404));
    if (!there) {
      if (this.#demand === 0) return 0;
      const Replicas = this.#wanted;
      this.#rollout.ordered = wanted;
      await docker.createService({ ...wanted, Mode: { Replicated: { Replicas } } } as Docker.CreateServiceOptions);
      return Replicas;
    }
    const replicas = there.Spec.Mode?.Replicated?.Replicas ?? 0;
    const isTimeToLower = performance.now() >= this.#lowerAt;
    const Replicas = this.#wanted >= replicas || isTimeToLower ? this.#wanted : replicas;
    const isNew = !ImageRollout.isSame(wanted, there.Spec);
    const order = isNew ? wanted : there.Spec;
    this.#rollout.ordered = order;
    if (Replicas === replicas && !isNew && !this.#isForgotten(replicas)) return replicas;
    const changed = { ...order, Mode: { Replicated: { Replicas } }, version: there.Version.Index };
    await service.update(changed as never);
    return Replicas;
  }

  /** Have there been too many tasks for so long that the update has to be repeated? */
  #isForgotten(ordered: number): boolean {
    const now = performance.now();
    if (this.#held.size + this.#idle.size <= ordered) this.#tooManySince = undefined;
    else this.#tooManySince ??= now;
    if (this.#tooManySince === undefined || now - this.#tooManySince < FORGOTTEN_MS) return false;
    this.#tooManySince = now;
    return true;
  }
}
