import type { Acceptance } from '@serverless-vote/contracts/acceptance';
import type { InvocationIdentity, Phases, StartKind } from '@serverless-vote/contracts/lifecycle';
import { endOf } from '@serverless-vote/contracts/text';
import type { TraceContext } from '@serverless-vote/contracts/trace-context';

/** What a function answered: its result, or an error that is the function's own. Both as the raw bytes it sent. */
export type Outcome =
  | { kind: 'result'; payload: Buffer }
  | { kind: 'function-error'; payload: Buffer; errorType: string; timedOut: boolean };

/** An error that counts as the function's, in the shape that Lambda gives it. */
export function functionError(errorType: string, errorMessage: string, timedOut = false): Outcome {
  // Functions write what they like: a half of a surrogate pair would be no text wherever this goes.
  const error = { errorType: errorType.toWellFormed(), errorMessage: errorMessage.toWellFormed() };
  const payload = Buffer.from(JSON.stringify(error));
  return { kind: 'function-error', payload, errorType: error.errorType, timedOut };
}

/** Where and how an event is, or was last, served. */
export interface Run {
  containerId: string;
  startKind: StartKind;
  handedAt: number;
  /** The parts of the container's start that this event waited for. */
  paid: Phases;
}

/** An outcome without an answer, and whose container brought it about. */
export interface Blame {
  outcome: Outcome;
  containerId: string;
}

/** An outcome and how it came about. */
export interface Answer {
  outcome: Outcome;
  containerId: string;
  startKind: StartKind;
  phases: Phases;
}

/*
 *            handed to a sandbox            answered, timed out
 *  waiting ───────────────────────▶ running ───────────────────▶ settled
 *     ▲                                │                            ▲
 *     └──────── its sandbox died ──────┘                            │
 *     └───────── deadline, queue full, caller left, died thrice ────┘
 */
type State = { kind: 'waiting' } | { kind: 'running'; run: Run } | { kind: 'settled' };

const LOG_TAIL_CHARACTERS = 4096;

/** One run of a function, from its acceptance to its answer; lives over retries. Settles exactly once. */
export class Invocation {
  readonly requestId: string;
  readonly arrivedAt = performance.now();
  readonly deadlineAt: number;
  /** How often its sandbox died under it. Once that has happened it runs alone, so that a deadly event takes no others along. */
  deaths = 0;
  /** Set when its last sandbox died by what the function did for this event, and for no other. */
  blame: Blame | undefined;
  readonly answer: Promise<Answer>;
  /** Settles once the function has said that it has written all its lines for this event. */
  readonly logEnded: Promise<void>;
  endLog: () => void = () => undefined;
  #state: State = { kind: 'waiting' };
  #resolve: (answer: Answer) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #log = '';

  readonly name: string;
  readonly payload: Buffer;
  readonly acceptedAt: bigint;
  readonly deadlineMs: number;
  readonly trace: TraceContext;

  constructor(name: string, payload: Buffer, { requestId, acceptedAt, trace }: Acceptance, deadlineMs: number) {
    this.name = name;
    this.payload = payload;
    this.requestId = requestId;
    this.acceptedAt = acceptedAt;
    this.deadlineMs = deadlineMs;
    this.trace = trace;
    this.deadlineAt = this.arrivedAt + deadlineMs;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.logEnded = new Promise((resolve) => {
      this.endLog = resolve;
    });
  }

  get who(): InvocationIdentity {
    return { requestId: this.requestId, traceId: this.trace.traceId, name: this.name };
  }

  get state(): State['kind'] {
    return this.#state.kind;
  }

  get run(): Run | undefined {
    return this.#state.kind === 'running' ? this.#state.run : undefined;
  }

  get remainingMs(): number {
    return Math.max(0, this.deadlineAt - performance.now());
  }

  /** The last 4 KB of what the function wrote for this event. */
  get log(): string {
    return this.#log;
  }

  addToLog(line: string): void {
    this.#log = endOf(`${this.#log}${line}\n`, LOG_TAIL_CHARACTERS);
  }

  begin(run: Run): void {
    this.#state = { kind: 'running', run };
  }

  /** It waits again, though nobody but the platform is to blame. */
  waitAgain(): void {
    this.#state = { kind: 'waiting' };
  }

  /** Its sandbox died: it waits again, for one of its own. `blame`: what its caller is told should there be no time for that. */
  waitAlone(blame: Blame | undefined): void {
    this.deaths += 1;
    this.blame = blame;
    this.waitAgain();
  }

  /** Settles it with what its container answered, and with what that cost. */
  settle(outcome: Outcome): void {
    if (this.#state.kind !== 'running') return;
    const { containerId, startKind, handedAt, paid } = this.#state.run;
    const forStart = Object.values(paid).reduce((sum, ms) => sum + ms, 0);
    const phases = {
      queue: Math.max(0, handedAt - this.arrivedAt - forStart),
      ...paid,
      run: performance.now() - handedAt,
    };
    this.#state = { kind: 'settled' };
    this.#resolve({ outcome, containerId, startKind, phases });
  }

  /** Settles it without its having run, since no container gets as far as that. */
  giveUp(reason: Error | Outcome, containerId: string): void {
    if (reason instanceof Error) return this.fail(reason);
    this.begin({ containerId, startKind: 'cold', handedAt: performance.now(), paid: {} });
    this.settle(reason);
  }

  /** Settles it with what was decided about it while its container had it. */
  conclude(verdict: Outcome | Error): void {
    if (verdict instanceof Error) this.fail(verdict);
    else this.settle(verdict);
  }

  fail(error: Error): void {
    if (this.#state.kind === 'settled') return;
    this.#state = { kind: 'settled' };
    this.#reject(error);
  }
}
