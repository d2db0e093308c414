import type { Clock } from '@serverless-vote/contracts/clock';
import { EngineError } from '@serverless-vote/engine';
import { knownError, type LauncherError } from '../model/errors.ts';
import { functionError, type Outcome } from '../model/invocation.ts';
import type { SandboxEnd } from '../sandbox/sandbox-end.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** After this many failed inits in a row the function is at fault. */
const INIT_FAILURES = 3;
/** What our runtime reports when it can't reach the database: the platform's fault, not the function's. */
const DATABASE_UNAVAILABLE = 'DatabaseUnavailable';
export const DISK_IS_FULL = "the database's disk is full";

/** What is at fault when starts keep failing: the function, the database, or whatever ended or refused containers. */
type Cause = 'function' | 'database' | 'other';

/*
 *          start failed, ended unused            again
 *  fine ───────────────────────────▶ backing-off ──┐
 *    ▲                                 │  ▲────────┘
 *    └────────── an answer ────────────┘
 */
type State =
  | { kind: 'fine' }
  | { kind: 'backing-off'; failures: number; initFailures: number; retryAt: number; why: string; by: Cause };

/** `go-on`: queued events keep waiting. `give-up`: no start will help them, so they get this error now. */
export type StartVerdict = { kind: 'go-on' } | { kind: 'give-up'; error: LauncherError | Outcome };

/** Tracks whether a function's containers can be started, and when to try again: backoff with jitter. */
export class StartHealth {
  #state: State = { kind: 'fine' };
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isFine(): boolean {
    return this.#state.kind === 'fine';
  }

  /** No start before this moment. */
  get retryAt(): number {
    return this.#state.kind === 'fine' ? 0 : this.#state.retryAt;
  }

  get why(): string | undefined {
    return this.#state.kind === 'fine' ? undefined : this.#state.why;
  }

  /** Why functions can't answer at the moment, if the platform is at fault. */
  get platformsFault(): string | undefined {
    return this.#state.kind === 'backing-off' && this.#state.by === 'database' ? this.#state.why : undefined;
  }

  /** Did the database last fail because its disk was full? */
  get lacksSpace(): boolean {
    return this.platformsFault === DISK_IS_FULL;
  }

  /** An answer shows that starts work, unless it reports that the database is away: then the event waits for the database. */
  learnFrom(outcome: Outcome): 'answer' | 'wait' {
    if (outcome.kind === 'function-error' && outcome.errorType === DATABASE_UNAVAILABLE) {
      this.#backOff(troubleIn(outcome.payload.toString()), 'database');
      return 'wait';
    }
    this.#state = { kind: 'fine' };
    return 'answer';
  }

  /** Judges a container's end. `expected`: it was told to exit, or it ended with an event in flight, which the retry policy judges. */
  judge(end: SandboxEnd, expected: boolean): StartVerdict {
    if (end.kind === 'ended') {
      if (!expected) this.#backOff('containers end while they wait for an event', 'other');
      return { kind: 'go-on' };
    }
    if (end.kind === 'not-started') {
      const { error } = end;
      this.#backOff(error.message, 'other');
      const isHopeless = error instanceof EngineError && error.kind === 'misconfigured';
      return isHopeless ? { kind: 'give-up', error: knownError(error) } : { kind: 'go-on' };
    }
    if (end.errorType === DATABASE_UNAVAILABLE) {
      this.#backOff(troubleIn(end.message), 'database');
      return { kind: 'go-on' };
    }
    const failures = this.#backOff(`its start fails: ${end.message}`, 'function');
    if (failures < INIT_FAILURES) return { kind: 'go-on' };
    return { kind: 'give-up', error: functionError(end.errorType, end.message) };
  }

  #backOff(why: string, by: Cause): number {
    const before = this.#state.kind === 'fine' ? { failures: 0, initFailures: 0 } : this.#state;
    const failures = before.failures + 1;
    const initFailures = by === 'function' ? before.initFailures + 1 : 0;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
    this.#state = { kind: 'backing-off', failures, initFailures, retryAt: this.#clock.now() + pauseMs, why, by };
    return initFailures;
  }
}

/** What our runtime reports about the database, in our own words: no text of a function reaches other functions' callers. */
const troubleIn = (text: string): string =>
  text.includes("The database's disk is full") ? DISK_IS_FULL : 'the database is away';
