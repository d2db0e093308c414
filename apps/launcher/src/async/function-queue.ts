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

/** Concurrent asynchronous events of a function whose containers are reused: they must not crowd out synchronous callers. */
const AT_ONCE = 32;
/** The shortest pause before the next look at the queue: its clock may be another machine's. */
const SHORTEST_PAUSE_MS = 100;
/** An event that the platform could not run for this long is given up, as on Lambda. */
const OLDEST_MS = 6 * 3600 * 1000;
/** The limit per function for waiting, running and dead events together. */
const KEPT = { events: 10_000, bytes: 256 * 1024 * 1024 };

/** Replaces an error that the database refuses to store: retrying would not help. */
const UNKEPT: AttemptError = {
  errorType: 'Launcher.ErrorNotKept',
  errorMessage: 'The function’s error could not be kept; the log has it.',
};

interface QueueParts {
  session: Pick<QueueSession, 'use'>;
  invoker: Pick<Invoker, 'run'>;
  bus: EventBus;
  /** Aborts when the launcher stops: no further event is started, and unfinished ones stay in the queue. */
  stopping: AbortSignal;
}

/**
 * The asynchronous events of one function. Guarantees:
 *
 * 1. An event is run until its function has answered with a result, at most three times; then it becomes a dead letter.
 * 2. A failure of the platform (no container, the database down) doesn't count as an attempt: the event is retried for six hours.
 * 3. At-least-once delivery: whatever is killed, an event leaves the queue only after its result. It may run twice, with the same
 *    request ID and the same place in the order of acceptance.
 * 4. Nothing polls: one timer is set to when the next event is due (one that was sent with a delay, or a retry after its pause).
 * 5. At most 10,000 events and 256 MB are stored, dead letters included.
 */
export class FunctionQueue {
  readonly name: string;
  readonly #atOnce: number;
  readonly #parts: QueueParts;
  /** Events that wait or run, and those among them whose delay isn't over. */
  unfinished = 0;
  later = 0;
  dead = 0;
  #bytes = 0;
  readonly #running = new Set<Promise<void>>();
  /** The job IDs of the events that this launcher has taken. */
  readonly inHand = new Set<string>();
  /** A call that takes events failed, and may nevertheless have taken some. */
  #mayHaveLost = false;
  #looking = false;
  /** Has `look` been called since the last look began? */
  #asked = false;
  #failures = 0;
  readonly #timer = new EarliestTimer(() => void this.look());

  constructor(name: string, { serving, concurrency }: FunctionEntry, parts: QueueParts) {
    this.name = name;
    this.#atOnce = serving.kind === 'reuse' ? AT_ONCE : concurrency;
    this.#parts = parts;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Nothing runs, and nothing is due before the timer fires. */
  get isAtRest(): boolean {
    return this.running === 0 && (this.unfinished === 0 || this.#timer.isSet);
  }

  /** Reserves room for an event. @throws {LauncherError} TooManyRequestsException when there is none */
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

  /** Looks for an event that was stored, as soon as it is due. */
  stored(delaySeconds: number): void {
    if (delaySeconds === 0) return void this.look();
    this.later += 1;
    this.#timer.set(performance.now() + delaySeconds * 1000);
  }

  /** Takes the counts from the queue in the database, which is authoritative. */
  recount(holdings: readonly Holding[]): void {
    const of = (dead: boolean) => holdings.find((held) => held.name === this.name && held.dead === dead);
    this.unfinished = of(false)?.events ?? 0;
    this.dead = of(true)?.events ?? 0;
    this.#bytes = (of(false)?.bytes ?? 0) + (of(true)?.bytes ?? 0);
  }

  /** Takes as many events from the queue as may run at the same time, and runs them. */
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
        if (this.unfinished <= this.running) this.later = 0;
        else if (this.running < this.#atOnce && !this.#timer.isSet)
          await session.use((queue) => this.#wakeForNext(queue));
      }
    } catch {
      this.#failures += 1;
      this.#mayHaveLost = true;
    } finally {
      this.#looking = false;
      if (this.#failures > 0 && this.unfinished > this.running && !stopping.aborted)
        this.#timer.set(performance.now() + backoffMs(this.#failures));
    }
  }

  /** Starts no further event; resolves when no event runs any more. */
  async close(): Promise<void> {
    this.#timer.clear();
    await Promise.all(this.#running);
  }

  async #take(queue: EventQueue): Promise<TakenEvent[]> {
    if (this.#mayHaveLost) {
      await queue.recover(this.name, this.inHand);
      // Their next try may be due before what the timer is set to.
      this.#timer.clear();
    }
    this.#mayHaveLost = false;
    const taken = await queue.take(this.name, this.#atOnce - this.running);
    for (const { job } of taken) this.inHand.add(job.id);
    return taken;
  }

  async #wakeForNext(queue: EventQueue): Promise<void> {
    const { events, nextInMs } = await queue.later(this.name);
    this.later = events;
    if (nextInMs !== null) this.#timer.set(performance.now() + Math.max(SHORTEST_PAUSE_MS, nextInMs));
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
    // As in `take`.
    this.#timer.clear();
    const type = attempt < ATTEMPTS ? 'async.failed' : 'async.dead';
    if (type === 'async.dead') {
      this.unfinished = Math.max(0, this.unfinished - 1);
      this.dead += 1;
    }
    this.#parts.bus.publish({ type, ...about, reason: error.errorType });
  }

  /** Runs it once, as soon as the platform can; `stopped` if the launcher stops first. */
  async #attempt(event: TakenEvent): Promise<AttemptError | 'success' | 'stopped'> {
    // Stored here, because p-retry drops a result that arrives after the signal.
    let attempted: AttemptError | 'success' | 'stopped' = 'stopped';
    const run = async () => {
      attempted = await this.#run(event);
    };
    await pRetry(run, { ...BACKOFF, signal: this.#parts.stopping }).catch(() => undefined);
    return attempted;
  }

  /** @throws {LauncherError} when the platform could not run it, and a retry may help */
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

  /** Writes the outcome to the queue, with retries. False if the launcher stops first, or the queue refuses it. */
  async #write(event: TakenEvent, error: AttemptError | undefined): Promise<boolean> {
    const { session, stopping } = this.#parts;
    let isWritten = false;
    const write = async () => {
      await session.use((queue) => (error ? queue.failed(event, error) : queue.done(event)));
      isWritten = true;
    };
    const refusal = await pRetry(write, {
      ...BACKOFF,
      // A launcher that is stopping tries only once.
      signal: stopping.aborted ? undefined : stopping,
      shouldRetry: (failed) => !stopping.aborted && !isIncurable(failed.error),
    }).catch((failure: unknown) => failure);
    if (isWritten || !isIncurable(refusal)) return isWritten;
    this.#mayHaveLost = true;
    return error === undefined || error === UNKEPT ? false : this.#write(event, UNKEPT);
  }
}

/** A function's own error, as the function reported it. */
function errorOf({ errorType, payload }: Extract<Outcome, { kind: 'function-error' }>): AttemptError {
  try {
    const { errorMessage } = JSON.parse(payload.toString()) as { errorMessage?: unknown };
    return { errorType, errorMessage: String(errorMessage ?? '') };
  } catch {
    return { errorType, errorMessage: payload.toString() };
  }
}
