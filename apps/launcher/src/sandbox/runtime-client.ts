import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Mount } from '@serverless-vote/engine';
import type { Invocation, Outcome } from '../model/invocation.ts';

/** A `next` that the function keeps open: it is answered with an event, or with the end of the events. */
export interface Poll {
  deliver(invocation: Invocation): void;
  dismiss(): void;
}

/** Calls of other functions at the same time, for each event in flight. */
export const CALLS_AT_ONCE = 16;

/** Answers the request of a function to invoke another one, for one of these events that it has in flight. */
export type AnswerCall = (inFlight: readonly Invocation[], request: IncomingMessage, response: ServerResponse) => void;

/** The side of a sandbox that its runtime API talks to. */
export interface RuntimeClient {
  readonly name: string;
  /** How many events it may have in flight. */
  readonly allowedInFlight: number;
  /** Answers its request to invoke another function; absent if the catalog lets it invoke none. */
  readonly call?: RequestListener | undefined;
  /** How an answer to this event would be treated. */
  standing(requestId: string): 'in-hand' | 'answered' | 'not-yours';
  /** `next`. Refused when more are open than events may be in flight. */
  poll(poll: Poll): 'open' | 'refused';
  /** A `next` whose connection broke off. */
  unpoll(poll: Poll): void;
  /** `response` or `error`; only for an event in flight. */
  answer(requestId: string, outcome: Outcome): void;
  initFailed(errorType: string, message: string): void;
}

/** How one sandbox reaches its Runtime API: what to mount, and which environment to set. */
export interface RuntimeEndpoint {
  mounts: Mount[];
  environment: Record<string, string>;
}

/** Opens a Runtime API for one sandbox; after `close` it accepts no requests. */
export type OpenRuntimeEndpoint = (
  sandboxId: string,
  client: RuntimeClient,
) => Promise<RuntimeEndpoint & { close(): void }>;
