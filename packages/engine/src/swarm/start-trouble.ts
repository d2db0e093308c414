import type Docker from 'dockerode';
import { EngineError } from '../engine.ts';

/** This many tasks that failed before they registered are no coincidence. */
const FAILURES = 3;
/** Reads the list at most this often. */
const LOOK_MS = 900;

interface Task {
  ID: string;
  CreatedAt: string;
  Status: { State: string; Err?: string; Message?: string };
}

/** Why tasks of a service don't start: Swarm sends no events about tasks, so their list is polled while a start is waited for. */
export class StartTrouble {
  readonly #docker: Docker;
  readonly #service: string;
  readonly #came = new Set<string>();
  #since = Date.now();
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Swarm's message about the newest task that hasn't started. */
  latest: string | undefined;

  constructor(docker: Docker, service: string) {
    this.#docker = docker;
    this.#service = service;
  }

  /** This task has started, so it doesn't count as a failed start, however it ends. */
  came(taskId: string): void {
    this.#came.add(taskId);
    this.forget();
  }

  /** Ignores everything that happened until now. */
  forget(): void {
    this.#since = Date.now();
    this.latest = undefined;
  }

  /** The error for all waiting starts, if the latest ones have failed. */
  async look(): Promise<EngineError | undefined> {
    if (performance.now() - this.#lookedAt < LOOK_MS) return undefined;
    this.#lookedAt = performance.now();
    const filters = { service: [this.#service] };
    const tasks = (await this.#docker.listTasks({ filters }).catch(() => [])) as Task[];
    const there = new Set(tasks.map(({ ID }) => ID));
    for (const id of this.#came) if (!there.has(id)) this.#came.delete(id);
    const young = tasks
      .filter(({ ID, CreatedAt }) => Date.parse(CreatedAt) >= this.#since && !this.#came.has(ID))
      .toSorted((a, b) => b.CreatedAt.localeCompare(a.CreatedAt));
    const troubled = young.filter(({ Status }) => Status.Err);
    this.latest = troubled[0]?.Status.Err ?? this.latest;
    const failed = troubled.filter(({ Status }) => Status.State === 'failed' || Status.State === 'rejected');
    if (failed.length < FAILURES) return undefined;
    const why = this.latest ?? 'no reason given';
    if (/no such image/i.test(why)) {
      const what = `A node lacks an image, and no registry has it: ${why}. infra/swarm/cluster.sh load brings it.`;
      return new EngineError('misconfigured', what);
    }
    const message = `${this.#service} crashes at its start, ${failed.length} times in a row: ${why}; it was stopped`;
    return new EngineError('unavailable', message, { retryAfterSeconds: 5 });
  }
}
