import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@serverless-vote/contracts/backoff';
import { type Engine, EngineError, type SandboxSpec, type StartedSandbox } from '@serverless-vote/engine';

/** No container is started while this many can't be removed, because they would fill the machine. */
const MOST = 50;

/**
 * Wraps an engine and never gives up a removal: one that fails is retried with backoff until the engine reports that the container is
 * gone. Until then the container counts as overdue. `sweep` removes unknown containers: what a crashed launcher left, and any leak.
 */
export class Removals implements Engine {
  readonly #engine: Engine;
  readonly #pauseMs: (failures: number) => number;
  readonly #overdue = new Set<string>();

  constructor(engine: Engine, pauseMs: (failures: number) => number = backoffMs) {
    this.#engine = engine;
    this.#pauseMs = pauseMs;
  }

  /** Containers that should be gone but that the engine has not removed yet. */
  get overdue(): ReadonlySet<string> {
    return this.#overdue;
  }

  async start(spec: SandboxSpec): Promise<StartedSandbox> {
    if (this.#overdue.size >= MOST) {
      const what = `The engine does not remove containers: ${this.#overdue.size} should be gone, so no further one is started.`;
      throw new EngineError('unavailable', what, { retryAfterSeconds: 5 });
    }
    try {
      return await this.#engine.start(spec);
    } catch (error) {
      // The container may have been created although the call failed.
      await this.remove(spec.sandboxId).catch(() => undefined);
      throw error;
    }
  }

  /** @throws when the engine did not remove it at once. The removal is retried in the background, so callers need not. */
  async remove(sandboxId: string): Promise<void> {
    if (this.#overdue.has(sandboxId)) return;
    try {
      await this.#engine.remove(sandboxId);
    } catch (error) {
      if (!this.#overdue.has(sandboxId)) void this.#insist(sandboxId);
      throw error;
    }
  }

  async #insist(sandboxId: string): Promise<void> {
    this.#overdue.add(sandboxId);
    for (let failures = 1; this.#overdue.has(sandboxId); failures += 1) {
      await delay(this.#pauseMs(failures), undefined, { ref: false });
      await this.#engine.remove(sandboxId).then(
        () => this.#overdue.delete(sandboxId),
        () => undefined,
      );
    }
  }

  /**
   * Removes every sandbox of this stack that is neither known nor overdue, and returns their number: at the start all that a predecessor
   * left, later those that leaked. Reads the known sandboxes before and after listing, so that neither a leaving nor a new one counts.
   */
  async sweep(known: () => ReadonlySet<string>): Promise<number> {
    const expected = () => new Set([...known(), ...this.#overdue]);
    const before = expected();
    const listed = await this.#engine.list();
    const after = expected();
    const strays = listed.filter((id) => !before.has(id) && !after.has(id));
    await Promise.allSettled(strays.map((id) => this.remove(id)));
    return strays.length;
  }

  stop(sandboxId: string, graceMs: number): Promise<void> {
    return this.#engine.stop(sandboxId, graceMs);
  }

  list(): Promise<string[]> {
    return this.#engine.list();
  }
}
