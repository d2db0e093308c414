import { setTimeout as delay } from 'node:timers/promises';
import { onDemand } from '@serverless-vote/contracts/labels';
import { Lines } from '@serverless-vote/contracts/lines';
import type Docker from 'dockerode';
import { statusOf } from '../docker-errors.ts';
import type { Exit, SandboxSpec } from '../engine.ts';

const CALL_DEADLINE_MS = 15_000;

interface Tracked {
  sandboxId: string;
  stdio: boolean;
  outOfMemory: boolean;
  settle: (exit: Exit) => void;
}

interface EngineEvent {
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
}

/** How containers end: read from the engine's event stream and, after a gap in it, from the containers that still exist. */
export class Exits {
  readonly #docker: Docker;
  readonly #stackId: string;
  readonly #tracked = new Map<string, Tracked>();
  #isClosed = false;

  constructor(docker: Docker, stackId: string) {
    this.#docker = docker;
    this.#stackId = stackId;
  }

  /** The exit of a container that has not been started yet. */
  of(containerId: string, { sandboxId, stdio = false }: Pick<SandboxSpec, 'sandboxId' | 'stdio'>): Promise<Exit> {
    return new Promise((settle) => this.#tracked.set(containerId, { sandboxId, stdio, outOfMemory: false, settle }));
  }

  /** The container has been removed: an exit that has not been reported by now is lost. */
  removed(sandboxId: string): void {
    for (const [containerId, tracked] of this.#tracked) {
      if (tracked.sandboxId === sandboxId) this.#settle(containerId, { kind: 'lost' });
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Follows the engine's events until `close`, across restarts of the engine. Never rejects. */
  async follow(): Promise<void> {
    const label = onDemand(this.#stackId);
    for (let failures = 0, hadGap = false; !this.#isClosed; failures++, hadGap = true) {
      try {
        const stream = await this.#docker.getEvents({
          filters: { type: ['container'], event: ['die', 'oom', 'destroy'], label },
        });
        await this.#reconcile(hadGap);
        failures = 0;
        const lines = new Lines();
        for await (const chunk of stream)
          for (const line of lines.take(String(chunk))) if (line) this.#onEvent(JSON.parse(line) as EngineEvent);
      } catch {
        // The engine may be restarting: retry until it answers again.
      }
      await delay(Math.min(100 * 2 ** failures, 2000) * (0.5 + Math.random() / 2));
    }
  }

  #onEvent({ Action, Actor }: EngineEvent): void {
    const tracked = this.#tracked.get(Actor.ID);
    if (Action === 'oom' && tracked) tracked.outOfMemory = true;
    if (Action === 'die') {
      const exitCode = Number(Actor.Attributes.exitCode);
      this.#settle(Actor.ID, { kind: 'exited', exitCode, outOfMemory: tracked?.outOfMemory ?? false });
    }
    if (Action === 'destroy') this.#settle(Actor.ID, { kind: 'lost' });
  }

  #settle(containerId: string, exit: Exit): void {
    this.#tracked.get(containerId)?.settle(exit);
    this.#tracked.delete(containerId);
  }

  /** The gap cut off attached streams, too: a result that came by one can't be trusted. */
  async #reconcile(hadGap: boolean): Promise<void> {
    for (const [containerId, { stdio }] of [...this.#tracked]) {
      if (stdio && hadGap) this.#settle(containerId, { kind: 'lost' });
      if (!this.#tracked.has(containerId)) continue;
      try {
        const abortSignal = AbortSignal.timeout(CALL_DEADLINE_MS);
        const { State } = await this.#docker.getContainer(containerId).inspect({ abortSignal });
        if (State.Running || State.Status === 'created') continue;
        this.#settle(containerId, { kind: 'exited', exitCode: State.ExitCode, outOfMemory: State.OOMKilled });
      } catch (error) {
        if (statusOf(error) === 404) this.#settle(containerId, { kind: 'lost' });
      }
    }
  }
}
