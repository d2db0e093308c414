import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@serverless-vote/contracts/backoff';
import { type Engine, EngineError, type SandboxSpec, type StartedSandbox } from '@serverless-vote/engine';

/** No container is started while this many can't be removed: they would fill the machine. */
const MOST = 50;

/**
 * An engine that does not give up removals: one that fails is retried, after pauses that grow, until the engine says that the
 * container is gone. Until then the container is overdue, and counted. It also removes what nobody knows of.
 */
export class Removals implements Engine {
  readonly #engine: Engine;
  readonly #pauseMs: (failures: number) => number;
  readonly #overdue = new Set<string>();

  constructor(engine: Engine, pauseMs: (failures: number) => number = backoffMs) {
    this.#engine = engine;
    this.#pauseMs = pauseMs;
  }

  /** Containers that should be gone, and that the engine has not removed yet. */
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
      // It may have been created although the call failed.
      await this.remove(spec.sandboxId).catch(() => undefined);
      throw error;
    }
  }

  /** @throws when the engine did not remove it at once. It is tried again in the background, so callers need not. */
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
   * Removes every sandbox of this stack that is neither known nor overdue, and returns their number. Reads the known sandboxes before
   * and after listing, so that neither one that is just leaving nor a new one counts as a stray.
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
