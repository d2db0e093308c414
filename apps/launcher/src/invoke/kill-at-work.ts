import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { FunctionPool } from './function-pool.ts';

/** How long it may take until there is an event to kill a container under. */
const PATIENCE_MS = 5_000;

/** Who was killed, and how many events it had in hand. */
export interface Killed {
  containerId: string;
  events: number;
}

/**
 * Kills containers at work, for an audience that wants to see that nothing is lost: the events are tried again like those of
 * any container that dies. An event is over in milliseconds, so it usually lies in wait for the next one to be handed out.
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
  next(name: string): Promise<Killed> {
    const atWork = this.#atWork(name);
    if (atWork) return Promise.resolve(kill(atWork));
    return new Promise((resolve, reject) => {
      let over = false;
      const end = () => {
        over = true;
        clearTimeout(tooLate);
        unsubscribe();
      };
      const tooLate = setTimeout(() => {
        end();
        reject(new LauncherError('ResourceConflictException', 'No container was at work. Vote, and try again.'));
      }, PATIENCE_MS);
      const unsubscribe = this.#bus.subscribe((event) => {
        if (event.type !== 'invocation.running' || event.name !== name) return;
        // The event bus tells it just before the event is handed over.
        queueMicrotask(() => {
          const sandbox = over ? undefined : this.#atWork(name);
          if (!sandbox) return;
          end();
          resolve(kill(sandbox));
        });
      });
    });
  }

  /** Who has the fewest events in hand: they are tried again one by one. */
  #atWork(name: string): Sandbox | undefined {
    const fleet = this.#pools.find((pool) => pool.name === name)?.fleet ?? [];
    return [...fleet].filter(({ isAtFreshWork }) => isAtFreshWork).toSorted((a, b) => a.inFlight - b.inFlight)[0];
  }
}

function kill(sandbox: Sandbox): Killed {
  const { containerId } = sandbox;
  return { containerId, events: sandbox.killAtWork() };
}
