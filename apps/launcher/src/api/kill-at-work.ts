import pTimeout from 'p-timeout';
import type { FunctionPool } from '../invoke/function-pool.ts';
import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** How long it may take until there is an event to kill a container under. */
const PATIENCE_MS = 5_000;

/** The container that was killed, and how many events it had in hand. */
export interface Killed {
  containerId: string;
  events: number;
}

/**
 * Kills containers at work, for an audience that wants to see that nothing is lost: the events are tried again like those of
 * any container that ends. An event is over in milliseconds, so it usually waits for the next one to be handed out.
 * No event is hit twice: it has only so many tries.
 */
export class KillAtWork {
  readonly #pools: readonly FunctionPool[];
  readonly #bus: EventBus;

  constructor(pools: readonly FunctionPool[], bus: EventBus) {
    this.#pools = pools;
    this.#bus = bus;
  }

  /** Kills the first container of the function that has an event in hand. @throws {LauncherError} when none comes along */
  async next(name: string): Promise<Killed> {
    const sandbox = this.#atWork(name) ?? (await this.#untilOneIsAtWork(name));
    const { containerId } = sandbox;
    return { containerId, events: sandbox.killAtWork() };
  }

  async #untilOneIsAtWork(name: string): Promise<Sandbox> {
    const found = Promise.withResolvers<Sandbox>();
    const unsubscribe = this.#bus.subscribe((event) => {
      // Published once the event is in the container's hands, and before the container can answer.
      const sandbox = event.type === 'invocation.running' && event.name === name ? this.#atWork(name) : undefined;
      if (sandbox) found.resolve(sandbox);
    });
    const message = new LauncherError('ResourceConflictException', 'No container was at work. Vote, and try again.');
    return pTimeout(found.promise, { milliseconds: PATIENCE_MS, message }).finally(unsubscribe);
  }

  /** The one that has the fewest events in hand: they are tried again one by one. */
  #atWork(name: string): Sandbox | undefined {
    const fleet = this.#pools.find((pool) => pool.name === name)?.fleet ?? [];
    return [...fleet].filter(({ isAtFreshWork }) => isAtFreshWork).toSorted((a, b) => a.inFlight - b.inFlight)[0];
  }
}
