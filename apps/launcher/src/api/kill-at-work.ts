import pTimeout from 'p-timeout';
import type { FunctionPool } from '../invoke/function-pool.ts';
import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** How long to wait for a container with an event in flight: on a busy machine the vote that is to be hit may need one started first. */
const PATIENCE_MS = 20_000;

/** The container that was killed, and how many events it had in flight. */
export interface Killed {
  containerId: string;
  events: number;
}

/**
 * Kills the first container of a function that has an event in flight, to show an audience that nothing is lost: its events are retried
 * like those of any container that dies. An event takes milliseconds, so this usually waits for the next one to be handed out. No event
 * is hit twice, because its retries are limited. @throws {LauncherError} when there is no such container in time
 */
export async function killAtWork(pools: readonly FunctionPool[], bus: EventBus, name: string): Promise<Killed> {
  const fleet = pools.find((pool) => pool.name === name)?.fleet ?? [];
  /** The one with the fewest events in flight, because they are retried one at a time. */
  const find = () =>
    [...fleet].filter(({ isAtFreshWork }) => isAtFreshWork).toSorted((a, b) => a.inFlight - b.inFlight)[0];
  const sandbox = find() ?? (await nextAtWork(bus, name, find));
  return { containerId: sandbox.containerId, events: sandbox.killAtWork() };
}

async function nextAtWork(bus: EventBus, name: string, find: () => Sandbox | undefined): Promise<Sandbox> {
  const { promise, resolve } = Promise.withResolvers<Sandbox>();
  const unsubscribe = bus.subscribe((event) => {
    // Published after the event was handed out, and before the container can answer.
    const sandbox = event.type === 'invocation.running' && event.name === name ? find() : undefined;
    if (sandbox) resolve(sandbox);
  });
  const message = new LauncherError('ResourceConflictException', 'No container was busy in time. Vote, and try again.');
  return pTimeout(promise, { milliseconds: PATIENCE_MS, message }).finally(unsubscribe);
}
