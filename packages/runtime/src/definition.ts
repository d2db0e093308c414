import type { Calls } from './calls.ts';
import { InvalidEvent } from './errors.ts';
import type { InvocationContext } from './runtime-api.ts';

/** A function, as its author writes it. */
export interface FunctionDefinition<Resources> {
  /** Creates the resources that every event needs. Called once per container, before there is an event. */
  connect(): Promise<Resources>;
  /** Runs the event path without side effects, so that the first real event finds connections open and code compiled. */
  warm?(resources: Resources): Promise<unknown>;
  /** Turns an event into a result. Several may be in flight at the same time, if the catalog allows it. */
  handle(event: unknown, context: InvocationContext & Calls, resources: Resources): Promise<unknown>;
  disconnect(resources: Resources): Promise<void>;
}

/** Parses a payload; an empty one is the event `{}`. */
export function parsePayload(payload: Buffer): unknown {
  if (payload.length === 0) return {};
  try {
    return JSON.parse(payload.toString());
  } catch (error) {
    throw new InvalidEvent(`The event isn't JSON: ${(error as Error).message}. Send a JSON object.`);
  }
}
