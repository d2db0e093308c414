import type { FunctionEntry } from '@serverless-vote/catalog';
import { BACKOFF, backoffMs } from '@serverless-vote/contracts/backoff';
import { EarliestTimer } from '@serverless-vote/contracts/clock';
import {
  ATTEMPTS,
  type AttemptError,
  type EventQueue,
  type Holding,
  isIncurable,
  type TakenEvent,
} from '@serverless-vote/database/event-queue';
import type { QueueSession } from '@serverless-vote/database/queue-session';
import pRetry from 'p-retry';
import type { Invoker } from '../invoke/invoker.ts';
import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { Outcome } from '../model/invocation.ts';

/** Run at once of one function whose containers are reused: callers who wait for their answer are not to be crowded out. */
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

interface QueueParts {
  session: Pick<QueueSession, 'use'>;
  invoker: Pick<Invoker, 'run'>;
  bus: EventBus;
  /** Aborts when the launcher stops: nothing is begun any more, and what could not be finished stays in the queue. */
  stopping: AbortSignal;
}

/**
 * The asynchronous events of one function. What it promises:
 *
 * 1. An event is run until its function has answered with a result, three times at most; then it is a dead letter.
 * 2. What the platform could not run (no container, the database away) is no attempt: it is tried again for six hours.
 * 3. Whatever is killed, an event leaves the queue only after its result. It may so run twice, with the same request ID
 *    and the same place in the order of acceptance.
 * 4. At most 10,000 events and 256 MB are kept, dead letters included.
 */
export class FunctionQueue {
  readonly name: string;
  readonly #atOnce: number;
  readonly #parts: QueueParts;
  /** Waiting and running. */
  unfinished = 0;
  dead = 0;
  #bytes = 0;
  readonly #running = new Set<Promise<void>>();
  /** Events that this launcher has taken, by the ids of their jobs. */
  readonly inHand = new Set<string>();
  /** A call to take events failed: it may have taken some all the same. */
  #mayHaveLost = false;
  #looking = false;
  /** Somebody has asked to look since the last look began. */
  #asked = false;
  #failures = 0;
  #lookAgainMs = LOOK_AGAIN_MS.first;
  readonly #timer = new EarliestTimer(() => void this.look());

  constructor(name: string, { serving, concurrency }: FunctionEntry, parts: QueueParts) {
    this.name = name;
    this.#atOnce = serving.kind === 'reuse' ? AT_ONCE : concurrency;
    this.#parts = parts;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Makes room for an event. @throws {LauncherError} TooManyRequestsException when there is none */
  reserve(bytes: number): void {
    const events = this.unfinished + this.dead;
    if (events >= KEPT.events || this.#bytes + bytes > KEPT.bytes) {
      const message = `${events} asynchronous events of ${this.name} are kept already, ${this.dead} of them dead letters. Try again soon, or send the dead letters again or delete them.`;
      throw new LauncherError('TooManyRequestsException', message, { retryAfterSeconds: 5 });
    }
    this.unfinished += 1;
    this.#bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.unfinished = Math.max(0, this.unfinished - 1);
    this.#bytes = Math.max(0, this.#bytes - bytes);
  }

  /** Counts what the queue in the database holds: only that is certain. */
  recount(holdings: readonly Holding[]): void {
    const of = (dead: boolean) => holdings.find((held) => held.name === this.name && held.dead === dead);
    this.unfinished = of(false)?.events ?? 0;
    this.dead = of(true)?.events ?? 0;
    this.#bytes = (of(false)?.bytes ?? 0) + (of(true)?.bytes ?? 0);
  }

  /** Takes events from the queue, as many as may run at once, and runs them. */
  async look(): Promise<void> {
    this.#asked = true;
    if (this.#looking) return;
    this.#looking = true;
    const { session, stopping } = this.#parts;
    try {
      while (this.#asked && this.running < this.#atOnce && !stopping.aborted) {
        this.#asked = false;
        const taken = await session.use((queue) => this.#take(queue));
        for (const event of taken) this.#begin(event);
        this.#failures = 0;
        this.#lookAgainMs =
          taken.length > 0 ? LOOK_AGAIN_MS.first : Math.min(LOOK_AGAIN_MS.longest, this.#lookAgainMs * 1.5);
      }
    } catch {
      this.#failures += 1;
      this.#mayHaveLost = true;
    } finally {
      this.#looking = false;
      const pauseMs = this.#failures > 0 ? backoffMs(this.#failures) : this.#lookAgainMs;
      if (this.unfinished > this.running && !stopping.aborted) this.#timer.set(performance.now() + pauseMs);
    }
  }

  /** Looks no more; resolves when nothing runs. */
  async close(): Promise<void> {
    this.#timer.clear();
    await Promise.all(this.#running);
  }

  async #take(queue: EventQueue): Promise<TakenEvent[]> {
    if (this.#mayHaveLost) await queue.recover(this.name, this.inHand);
    this.#mayHaveLost = false;
    const taken = await queue.take(this.name, this.#atOnce - this.running);
    for (const { job } of taken) this.inHand.add(job.id);
    return taken;
  }

  #begin(event: TakenEvent): void {
    const running = this.#serve(event).finally(() => {
      this.#running.delete(running);
      void this.look();
    });
    this.#running.add(running);
  }

  async #serve(event: TakenEvent): Promise<void> {
    const { name, requestId, trace, attempt, payload, job } = event;
    const attempted = await this.#attempt(event);
    if (attempted === 'stopped') return;
    const error = attempted === 'success' ? undefined : attempted;
    const isWritten = await this.#write(event, error);
    this.inHand.delete(job.id);
    if (!isWritten) return;
    const about = { requestId, traceId: trace.traceId, name, attempt };
    if (!error) {
      this.giveBack(payload.length);
      return this.#parts.bus.publish({ type: 'async.done', ...about });
    }
    const type = attempt < ATTEMPTS ? 'async.failed' : 'async.dead';
    if (type === 'async.dead') {
      this.unfinished = Math.max(0, this.unfinished - 1);
      this.dead += 1;
    }
    this.#parts.bus.publish({ type, ...about, reason: error.errorType });
  }

  /** Runs it once, as soon as the platform can; `stopped` when the launcher stops before. */
  async #attempt(event: TakenEvent): Promise<AttemptError | 'success' | 'stopped'> {
    // Kept here, because p-retry drops a result that comes after the signal.
    let attempted: AttemptError | 'success' | 'stopped' = 'stopped';
    const run = async () => {
      attempted = await this.#run(event);
    };
    await pRetry(run, { ...BACKOFF, signal: this.#parts.stopping }).catch(() => undefined);
    return attempted;
  }

  /** @throws {LauncherError} when the platform could not run it, and it makes sense to try again */
  async #run({ name, payload, pushedAt, ...acceptance }: TakenEvent): Promise<AttemptError | 'success'> {
    try {
      const { outcome } = await this.#parts.invoker.run(name, payload, acceptance);
      return outcome.kind === 'result' ? 'success' : errorOf(outcome);
    } catch (error) {
      const { type, message } = error as LauncherError;
      if (type !== 'ServiceException' && type !== 'TooManyRequestsException')
        return { errorType: type ?? 'InternalFailure', errorMessage: message };
      if (Date.now() - pushedAt.getTime() <= OLDEST_MS) throw error;
      return { errorType: 'EventAgeExceeded', errorMessage: `It could not be run for six hours: ${message}` };
    }
  }

  /** Tells the queue how it went, until it is heard. False when the launcher stops before, or the queue can't be told. */
  async #write(event: TakenEvent, error: AttemptError | undefined): Promise<boolean> {
    const { session, stopping } = this.#parts;
    let isWritten = false;
    const write = async () => {
      await session.use((queue) => (error ? queue.failed(event, error) : queue.done(event)));
      isWritten = true;
    };
    const refusal = await pRetry(write, {
      ...BACKOFF,
      // A launcher that stops already tries once.
      signal: stopping.aborted ? undefined : stopping,
      shouldRetry: (failed) => !stopping.aborted && !isIncurable(failed.error),
    }).catch((failure: unknown) => failure);
    if (isWritten || !isIncurable(refusal)) return isWritten;
    this.#mayHaveLost = true;
    return error === undefined || error === UNKEPT ? false : this.#write(event, UNKEPT);
  }
}

/** A function's own error, as it told it. */
function errorOf({ errorType, payload }: Extract<Outcome, { kind: 'function-error' }>): AttemptError {
  try {
    const { errorMessage } = JSON.parse(payload.toString()) as { errorMessage?: unknown };
    return { errorType, errorMessage: String(errorMessage ?? '') };
  } catch {
    return { errorType, errorMessage: payload.toString() };
  }
}
