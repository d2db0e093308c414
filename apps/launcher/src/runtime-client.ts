import type { Door } from './engine.ts';
import type { Invocation, Outcome } from './invocation.ts';

/** A `next` that the function keeps open: it gets an event, or the word that there are no more. */
export interface Poll {
  deliver(invocation: Invocation): void;
  dismiss(): void;
}

/** The side of a sandbox that its runtime API talks to. */
export interface RuntimeClient {
  readonly name: string;
  /** `next`. Refused when more are open than events may be in flight. */
  poll(poll: Poll): 'open' | 'refused';
  /** A `next` whose connection broke off. */
  unpoll(poll: Poll): void;
  /** `response` or `error`. */
  answer(requestId: string, outcome: Outcome): 'accepted' | 'repeated' | 'not-yours';
  initFailed(errorType: string, message: string): void;
}

/** Opens a runtime API for one sandbox; `close` ends it and removes its socket. */
export type OpenRuntimeDoor = (
  sandboxId: string,
  client: RuntimeClient,
) => Promise<{ door: Door; address: string; close(): void }>;
