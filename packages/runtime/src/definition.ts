import { InvalidEvent } from './errors.ts';
import type { InvocationContext } from './runtime-api.ts';

/** A function, as its author sees it. */
export interface FunctionDefinition<Resources> {
  /** Makes what every event needs. Once per container, before its first event exists. */
  connect(): Promise<Resources>;
  /** Goes the way of an event without an effect: the first real one finds connections open and code compiled. */
  warm?(resources: Resources): Promise<unknown>;
  /** Turns an event into a result. Several may be under way at once, if the catalog says so. */
  handle(event: unknown, context: InvocationContext, resources: Resources): Promise<unknown>;
  disconnect(resources: Resources): Promise<void>;
}

/** The event in a payload; nothing at all is the event `{}`. */
export function parsePayload(payload: Buffer): unknown {
  if (payload.length === 0) return {};
  try {
    return JSON.parse(payload.toString());
  } catch (error) {
    throw new InvalidEvent(`The event isn't JSON: ${(error as Error).message}. Send a JSON object.`);
  }
}
