import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@serverless-vote/contracts/backoff';
import {
  ATTEMPTS,
  type AttemptError,
  type EventQueue,
  isIncurable,
  type TakenEvent,
} from '@serverless-vote/database/event-queue';
import type { Invoker } from '../invoke/invoker.ts';
import type { FunctionEntry } from '../model/catalog.ts';
import { EarliestTimer } from '../model/earliest-timer.ts';
import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { Outcome } from '../model/invocation.ts';
import type { QueueSession } from './queue-session.ts';

/** Run at once of one function that drains: callers who wait for their answer are not to be crowded out. */
const AT_ONCE = 32;
/** How soon it is seen that the pause before a retry is over: later each time, until one is. Nobody looks while no event waits for that. */
const LOOK_AGAIN_MS = { first: 500, longest: 5_000 };
/** An event that the platform could not run for so long is given up, as Lambda does. */
const OLDEST_MS = 6 * 3600 * 1000;
/** What may be kept of one function: waiting, running and dead together. */
const KEPT = { events: 10_000, bytes: 256 * 1024 * 1024 };

/** In the place of an error that the database refuses: no retry would change that. */
const UNKEPT: AttemptError = {
  errorType: 'Launcher.ErrorNotKept',
  errorMessage: 'The function’s error could not be kept; the log has it.',
};

interface LineParts {
  session: QueueSession;
  invoker: Invoker;
  bus: EventBus;
  /** Aborts when the launcher stops: nothing is begun any more, and what could not be finished stays in the queue. */
  stopping: AbortSignal;
}

/**
 * The asynchronous events of one function. What it promises:
 *
 * 1. An event is run until its function has answered with a result, three times at most; then it is a dead letter.
 * 2. What the platform could not run (no container, the database away) is no attempt: it is tried again for six hours.
 * 3. Whatever is killed, an event leaves the queue only after its result. It may so run twice, with the same request id
 *    and the same place in the order of acceptance.
 */
export class FunctionQueue {
  readonly name: string;
  readonly #atOnce: number;
  readonly #parts: LineParts;
  /** Waiting and running. */
  unfinished = 0;
  running = 0;
  dead = 0;
  bytes = 0;
  #looking = false;
  /** Somebody has asked to look since the last look began. */
  #asked = false;
  #failures = 0;
  /** Looks since the last one that found something. */
  #inVain = 0;
  /** Events that this launcher has taken, by the ids of their jobs. */
  readonly inHand = new Set<string>();
  /** A call to take events failed: it may have taken some all the same. */
  #mayHaveLost = false;
  readonly #timer = new EarliestTimer(() => void this.look());

  constructor(name: string, { serving, concurrency }: FunctionEntry, parts: LineParts) {
    this.name = name;
    this.#atOnce = serving.kind === 'reuse' ? AT_ONCE : concurrency;
    this.#parts = parts;
  }

  /** Makes room for an event. @throws {LauncherError} TooManyRequestsException when there is none */
  reserve(bytes: number): void {
    const events = this.unfinished + this.dead;
    if (events >= KEPT.events || this.bytes + bytes > KEPT.bytes) {
      const message = `${events} asynchronous events of ${this.name} are kept already, ${this.dead} of them dead letters. Try again soon, or send the dead letters again or delete them.`;
      throw new LauncherError('TooManyRequestsException', message, { retryAfterSeconds: 5 });
    }
    this.unfinished += 1;
    this.bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.unfinished = Math.max(0, this.unfinished - 1);
    this.bytes = Math.max(0, this.bytes - bytes);
  }

  /** Takes events from the queue, as many as may run at once, and runs them. */
  async look(): Promise<void> {
    this.#asked = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#asked && this.running < this.#atOnce && !this.#parts.stopping.aborted) {
        this.#asked = false;
        const taken = await this.#parts.session.use((queue) => this.#take(queue));
        for (const event of taken) void this.#serve(event);
        this.#failures = 0;
        this.#inVain = taken.length > 0 ? 0 : this.#inVain + 1;
      }
    } catch {
      this.#failures += 1;
      this.#mayHaveLost = true;
    } finally {
      this.#looking = false;
      if (this.unfinished > this.running && !this.#parts.stopping.aborted)
        this.#timer.set(performance.now() + this.#pauseMs);
    }
  }

  close(): void {
    this.#timer.clear();
  }

  get #pauseMs(): number {
    if (this.#failures > 0) return backoffMs(this.#failures);
    return Math.min(LOOK_AGAIN_MS.longest, LOOK_AGAIN_MS.first * 1.5 ** Math.max(0, this.#inVain - 1));
  }

  async #take(queue: EventQueue): Promise<TakenEvent[]> {
    if (this.#mayHaveLost) await queue.recover(this.name, this.inHand);
    this.#mayHaveLost = false;
    const taken = await queue.take(this.name, this.#atOnce - this.running);
    for (const { job } of taken) this.inHand.add(job.id);
    return taken;
  }

  async #serve(event: TakenEvent): Promise<void> {
    this.running += 1;
    const { requestId, attempt, trace } = event;
    const about = { requestId, traceId: trace.traceId, name: this.name };
    const error = await this.#attempt(event).catch(() => 'stopped' as const);
    if (error === 'stopped') return void this.running--;
    const written = await this.#write(event, error);
    this.running -= 1;
    this.inHand.delete(event.job.id);
    if (!written) return;
    if (error === undefined) {
      this.giveBack(event.payload.length);
      this.#parts.bus.publish({ type: 'async.done', ...about, attempt });
    } else if (attempt < ATTEMPTS) {
      this.#parts.bus.publish({ type: 'async.failed', ...about, attempt, reason: error.errorType });
    } else {
      this.unfinished = Math.max(0, this.unfinished - 1);
      this.dead += 1;
      this.#parts.bus.publish({ type: 'async.dead', ...about, attempt, reason: error.errorType });
    }
    void this.look();
  }

  /** Runs it once. Returns nothing, or why that failed; rejects when the launcher stops before it could be run. */
  async #attempt({ name, payload, pushedAt, ...acceptance }: TakenEvent): Promise<AttemptError | undefined> {
    for (let failures = 1; ; failures += 1) {
      try {
        const { outcome } = await this.#parts.invoker.run(name, payload, acceptance);
        return outcome.kind === 'result' ? undefined : errorOf(outcome);
      } catch (error) {
        const { type, message } = error as LauncherError;
        if (type !== 'ServiceException' && type !== 'TooManyRequestsException')
          return { errorType: type ?? 'InternalFailure', errorMessage: message };
        if (Date.now() - pushedAt.getTime() > OLDEST_MS)
          return { errorType: 'EventAgeExceeded', errorMessage: `It could not be run for six hours: ${message}` };
        await delay(backoffMs(failures), undefined, { signal: this.#parts.stopping });
      }
    }
  }

  /** Tells the queue how it went, until it is heard. False when the launcher stops before, or the queue can't be told. */
  async #write(event: TakenEvent, outcome: AttemptError | undefined): Promise<boolean> {
    let error = outcome;
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#parts.session.use((queue) => (error ? queue.failed(event, error) : queue.done(event)));
        return true;
      } catch (refusal) {
        if (isIncurable(refusal)) {
          this.#mayHaveLost = true;
          if (error === undefined || error === UNKEPT) return false;
          error = UNKEPT;
          continue;
        }
        const pause = delay(backoffMs(failures), true, { signal: this.#parts.stopping });
        if (!(await pause.catch(() => false))) return false;
      }
    }
  }
}

/** A function's own error, as it told it. */
function errorOf(outcome: Extract<Outcome, { kind: 'function-error' }>): AttemptError {
  try {
    const { errorMessage } = JSON.parse(outcome.payload.toString()) as { errorMessage?: unknown };
    return { errorType: outcome.errorType, errorMessage: String(errorMessage ?? '') };
  } catch {
    return { errorType: outcome.errorType, errorMessage: outcome.payload.toString() };
  }
}
