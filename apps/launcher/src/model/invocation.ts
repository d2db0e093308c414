import type { Acceptance } from '@serverless-vote/contracts/acceptance';
import type { Clock } from '@serverless-vote/contracts/clock';
import type { InvocationIdentity, Phases, StartKind } from '@serverless-vote/contracts/lifecycle';
import { endOf } from '@serverless-vote/contracts/text';
import type { TraceContext } from '@serverless-vote/contracts/trace-context';
import pTimeout from 'p-timeout';

/** Where functions are invoked, at the control API and at a container's own API. */
export const FUNCTIONS = '/2015-03-31/functions';

/** What a function answered: its result, or its own error. Both as the raw bytes that it sent. */
export type Outcome =
  | { kind: 'result'; payload: Buffer }
  | { kind: 'function-error'; payload: Buffer; errorType: string; timedOut: boolean };

/** An error that counts as the function's, in Lambda's format. */
export function functionError(errorType: string, errorMessage: string, timedOut = false): Outcome {
  // Functions may write anything, and half a surrogate pair is not valid text.
  const error = { errorType: errorType.toWellFormed(), errorMessage: errorMessage.toWellFormed() };
  return { kind: 'function-error', payload: Buffer.from(JSON.stringify(error)), errorType: error.errorType, timedOut };
}

/** Lambda's limit for a synchronous result: 6 MB and a little (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const RESULT_LIMIT = 6 * 1024 * 1024 + 100 * 1024;

export const resultTooLarge = (): Outcome =>
  functionError(
    'Function.ResponseSizeTooLarge',
    `The result is larger than the ${RESULT_LIMIT} bytes that are allowed.`,
  );

/** One attempt: a container that has the event in flight. */
export interface Attempt {
  invocation: Invocation;
  containerId: string;
  startKind: StartKind;
  handedAt: number;
  /** The phases of the container's start that this event waited for. */
  paid: Phases;
}

/** An outcome, and how it was produced. */
export interface Answer {
  outcome: Outcome;
  containerId: string;
  startKind: StartKind;
  phases: Phases;
  /** The functions that it invoked in turn, and how long it waited for each. */
  calls: readonly { name: string; ms: number }[];
}

const LOG_TAIL_CHARACTERS = 4096;
/** A function's output arrives through the engine, a little after its answer. */
const LOG_LATE_MS = 1_000;

/** The last 4 KB that a function wrote for one event. */
export class InvocationLog {
  #text = '';
  readonly #ended = Promise.withResolvers<void>();

  add(line: string): void {
    this.#text = endOf(`${this.#text}${line}\n`, LOG_TAIL_CHARACTERS);
  }

  /** No further lines follow. */
  end(): void {
    this.#ended.resolve();
  }

  /** Waits briefly for the last line. */
  async complete(): Promise<string> {
    await pTimeout(this.#ended.promise, { milliseconds: LOG_LATE_MS, fallback: () => undefined });
    return this.#text;
  }
}

/**
 * One run of a function, from acceptance to answer, retries included. Its answer settles exactly once. It is always in exactly one
 * place: in the pending queue of its function's pool, or in flight in one sandbox.
 */
export class Invocation {
  readonly name: string;
  readonly payload: Buffer;
  readonly requestId: string;
  readonly acceptedAt: bigint;
  readonly trace: TraceContext;
  readonly deadlineMs: number;
  readonly arrivedAt: number;
  /** The functions that wait for one another, from the first one to this one. */
  readonly path: readonly string[];
  readonly calls: { name: string; ms: number }[] = [];
  /** Calls that haven't ended, whether or not it still waits for them. */
  openCalls = 0;
  readonly log = new InvocationLog();
  /** How often its container died. After the first time it runs alone, so that an event that kills its container harms no others. */
  deaths = 0;
  /** Set if the function itself ended the last container while it ran this event alone: what the caller is told. */
  blame: { outcome: Outcome; containerId: string } | undefined;
  readonly #answer = Promise.withResolvers<Answer>();
  readonly #clock: Clock;

  /**
   * @param callers the invocation that waits for this one, which then has at most its remaining time; several if it is
   *   unknown which of them it is
   */
  constructor(
    event: { name: string; payload: Buffer; deadlineMs: number },
    acceptance: Acceptance,
    clock: Clock,
    callers: readonly Invocation[] = [],
  ) {
    this.name = event.name;
    this.payload = event.payload;
    this.path = [...new Set(callers.flatMap(({ path }) => path)), event.name];
    this.deadlineMs = Math.floor(Math.min(event.deadlineMs, ...callers.map(({ remainingMs }) => remainingMs)));
    this.requestId = acceptance.requestId;
    this.acceptedAt = acceptance.acceptedAt;
    this.trace = acceptance.trace;
    this.#clock = clock;
    this.arrivedAt = clock.now();
  }

  get who(): InvocationIdentity {
    return { requestId: this.requestId, traceId: this.trace.traceId, name: this.name };
  }

  get answer(): Promise<Answer> {
    return this.#answer.promise;
  }

  get remainingMs(): number {
    return Math.max(0, this.arrivedAt + this.deadlineMs - this.#clock.now());
  }

  /** Settles it with its container's answer, and how long each phase took. */
  settle(outcome: Outcome, { containerId, startKind, handedAt, paid }: Omit<Attempt, 'invocation'>): void {
    const forStart = Object.values(paid).reduce((sum, ms) => sum + ms, 0);
    const queue = Math.max(0, handedAt - this.arrivedAt - forStart);
    const phases = { queue, ...paid, run: this.#clock.now() - handedAt };
    this.#answer.resolve({ outcome, containerId, startKind, phases, calls: this.calls });
  }

  /** Settles it with an error that counts as the function's, although no container ran it. */
  settleUnrun(outcome: Outcome, containerId: string): void {
    this.settle(outcome, { containerId, startKind: 'cold', handedAt: this.#clock.now(), paid: {} });
  }

  fail(error: Error): void {
    this.#answer.reject(error);
  }
}
