import type { Mount } from '@serverless-vote/engine';
import type { Invocation, Outcome } from '../model/invocation.ts';

/** A `next` that the function keeps open: it gets an event, or the word that there are no more. */
export interface Poll {
  deliver(invocation: Invocation): void;
  dismiss(): void;
}

/** The side of a sandbox that its runtime API talks to. */
export interface RuntimeClient {
  readonly name: string;
  /** How many events it may have in hand at once. */
  readonly allowedInFlight: number;
  /** What an answer to this event would be. */
  standing(requestId: string): 'in-hand' | 'answered' | 'not-yours';
  /** `next`. Refused when more are open than events may be in flight. */
  poll(poll: Poll): 'open' | 'refused';
  /** A `next` whose connection broke off. */
  unpoll(poll: Poll): void;
  /** `response` or `error`; only for an event in hand. */
  answer(requestId: string, outcome: Outcome): void;
  initFailed(errorType: string, message: string): void;
}

/** The way of one sandbox to its runtime API: what has to be mounted, and what it has to be told. */
export interface RuntimeEndpoint {
  mounts: Mount[];
  environment: Record<string, string>;
}

/** Opens a runtime API for one sandbox; after `close` nobody gets through it any more. */
export type OpenRuntimeEndpoint = (
  sandboxId: string,
  client: RuntimeClient,
) => Promise<RuntimeEndpoint & { close(): void }>;
