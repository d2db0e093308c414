import pTimeout from 'p-timeout';
import type { FunctionPool } from '../invoke/function-pool.ts';
import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** How long to wait for a container that has an event in hand. */
const PATIENCE_MS = 5_000;

/** The container that was killed, and how many events it had in hand. */
export interface Killed {
  containerId: string;
  events: number;
}

/**
 * Kills the first container of a function that has an event in hand, for an audience that wants to see that nothing is lost: its
 * events are tried again like those of any container that ends. An event is over in milliseconds, so this usually waits for the next
 * one to be handed out. No event is hit twice: it has only so many tries. @throws {LauncherError} when none comes along
 */
export async function killAtWork(pools: readonly FunctionPool[], bus: EventBus, name: string): Promise<Killed> {
  const fleet = pools.find((pool) => pool.name === name)?.fleet ?? [];
  /** The one that has the fewest events in hand: they are tried again one by one. */
  const find = () =>
    [...fleet].filter(({ isAtFreshWork }) => isAtFreshWork).toSorted((a, b) => a.inFlight - b.inFlight)[0];
  const sandbox = find() ?? (await nextAtWork(bus, name, find));
  return { containerId: sandbox.containerId, events: sandbox.killAtWork() };
}

async function nextAtWork(bus: EventBus, name: string, find: () => Sandbox | undefined): Promise<Sandbox> {
  const { promise, resolve } = Promise.withResolvers<Sandbox>();
  const unsubscribe = bus.subscribe((event) => {
    // Published once the event is in the container's hands, and before the container can answer.
    const sandbox = event.type === 'invocation.running' && event.name === name ? find() : undefined;
    if (sandbox) resolve(sandbox);
  });
  const message = new LauncherError('ResourceConflictException', 'No container was at work. Vote, and try again.');
  return pTimeout(promise, { milliseconds: PATIENCE_MS, message }).finally(unsubscribe);
}
