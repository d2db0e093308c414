import type { Catalog } from '@serverless-vote/catalog';
import { BACKOFF } from '@serverless-vote/contracts/backoff';
import type { Database } from '@serverless-vote/database';
import { type DeadLetter, type EventQueue, isIncurable, type Which } from '@serverless-vote/database/event-queue';
import { QueueSession } from '@serverless-vote/database/queue-session';
import pRetry from 'p-retry';
import pTimeout from 'p-timeout';
import type { InvokeOptions, Invoker } from '../invoke/invoker.ts';
import { LauncherError, unavailable } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import { FunctionQueue } from './function-queue.ts';

/** Lambda's limit for an asynchronous event: 1 MB. */
export const ASYNC_EVENT_LIMIT = 1024 * 1024;
/** How long a caller waits for the commit: long enough for a restart of the database. */
const ACCEPT_MS = 5_000;

interface AsyncParts {
  invoker: Pick<Invoker, 'accept' | 'check' | 'run'>;
  bus: EventBus;
  openQueue: (names: readonly string[]) => Promise<EventQueue>;
  databaseReady: Database['ready'];
}

/**
 * Events whose callers don't wait for a result. Guarantees:
 *
 * 1. An event is committed before it is accepted, and stored once, however often the commit was retried.
 * 2. Events that a predecessor left are run as soon as the database is available.
 * 3. A dead letter is kept until it is resent or deleted.
 */
export class AsyncEvents {
  readonly queues: readonly FunctionQueue[];
  readonly #parts: AsyncParts;
  readonly #session: QueueSession;
  readonly #stopping = new AbortController();

  constructor(catalog: Catalog, parts: AsyncParts) {
    this.#parts = parts;
    this.#session = new QueueSession({
      open: () => parts.openQueue(Object.keys(catalog.functions)),
      opened: (queue) => this.#takeStock(queue),
      mayClose: (queue) => this.#mayClose(queue),
    });
    const queueParts = { ...parts, session: this.#session, stopping: this.#stopping.signal };
    this.queues = Object.entries(catalog.functions).map(([name, entry]) => new FunctionQueue(name, entry, queueParts));
    void parts.databaseReady.done.then(({ asyncEventsAreLeft }) => {
      if (asyncEventsAreLeft) return this.#resume();
    });
  }

  /**
   * Accepts an event: when this resolves, it is committed, with its place in the order of acceptance, and will run when it is due.
   * Returns its request ID.
   * @throws {LauncherError} RequestTooLargeException; TooManyRequestsException when too many are stored; ServiceException
   *   when the database is down: then nothing was accepted
   */
  async accept(
    requested: string,
    payload: Buffer,
    { qualifier, trace, delaySeconds = 0 }: Pick<InvokeOptions, 'qualifier' | 'trace'> & { delaySeconds?: number } = {},
  ): Promise<string> {
    const { invoker, bus } = this.#parts;
    const { name, event } = invoker.check(requested, payload, qualifier);
    if (event.length > ASYNC_EVENT_LIMIT) {
      const message = `The event has ${event.length} bytes; an asynchronous one may have ${ASYNC_EVENT_LIMIT}.`;
      throw new LauncherError('RequestTooLargeException', message);
    }
    const functionQueue = this.queues.find((queue) => queue.name === name);
    if (!functionQueue) throw new LauncherError('ResourceNotFoundException', `Function not found: ${name}.`);
    const giveUpAt = performance.now() + ACCEPT_MS;
    await this.#untilReady();
    const acceptance = invoker.accept(trace);
    const { requestId, trace: part } = acceptance;
    const keep = async (queue: EventQueue) => {
      functionQueue.reserve(event.length);
      await queue.push({ name, payload: event, ...acceptance }, delaySeconds).catch((error: unknown) => {
        functionQueue.giveBack(event.length);
        throw error;
      });
    };
    // When a connection breaks, it is unknown whether the commit succeeded.
    await pRetry(() => this.#session.use(keep), {
      ...BACKOFF,
      maxRetryTime: Math.max(0, giveUpAt - performance.now()),
      shouldRetry: ({ error }) =>
        !(error instanceof LauncherError || isIncurable(error) || this.#stopping.signal.aborted),
    }).catch(explain);
    bus.publish({ type: 'async.accepted', requestId, traceId: part.traceId, name });
    functionQueue.stored(delaySeconds);
    return requestId;
  }

  /** Dead letters, oldest first. @throws {LauncherError} ServiceException when the database is down */
  deadLetters(which: Which, most: number): Promise<DeadLetter[]> {
    return this.#now((queue) => queue.deadLetters(which, most));
  }

  /** Queues dead letters again, each with its original place in the order of acceptance. Returns how many. */
  async resend(which: Which): Promise<number> {
    const sent = await this.#now((queue) => this.#recounting(queue, queue.resend(which)));
    this.#lookAll();
    return sent;
  }

  /** Deletes dead letters. Returns how many. */
  drop(which: Which): Promise<number> {
    return this.#now((queue) => this.#recounting(queue, queue.drop(which)));
  }

  /** Starts no further event, and waits at most `graceMs` for those that run. The next launcher finds what isn't finished. */
  async close(graceMs: number): Promise<void> {
    this.#stopping.abort();
    const closed = Promise.all(this.queues.map((queue) => queue.close()));
    await pTimeout(closed, { milliseconds: graceMs, message: false });
    await this.#session.close();
  }

  async #resume(): Promise<void> {
    const open = () => this.#session.use(async () => undefined);
    await pRetry(open, { ...BACKOFF, signal: this.#stopping.signal }).catch(() => undefined);
    this.#lookAll();
  }

  #lookAll(): void {
    for (const queue of this.queues) void queue.look();
  }

  /** After opening: returns the events of a dead launcher, and those that this one lost, to the queue, and counts all of them. */
  async #takeStock(queue: EventQueue): Promise<void> {
    for (const { name, inHand } of this.queues) await queue.recover(name, inHand);
    await this.#recounting(queue);
  }

  /** Asks the queue itself: this process may have missed an event that it believed lost. Events that are not due yet need no connection. */
  async #mayClose(queue: EventQueue): Promise<boolean> {
    const isAtRest = () => this.queues.every((each) => each.isAtRest);
    if (this.queues.some(({ running }) => running > 0)) return false;
    await this.#recounting(queue);
    if (!isAtRest()) this.#lookAll();
    return isAtRest();
  }

  async #recounting<Result>(queue: EventQueue, change?: Promise<Result>): Promise<Result> {
    const changed = await change;
    const holdings = await queue.holdings();
    for (const each of this.queues) each.recount(holdings);
    return changed as Result;
  }

  async #untilReady(): Promise<void> {
    const { databaseReady } = this.#parts;
    if (databaseReady.isDone) return;
    await pTimeout(databaseReady.done, { milliseconds: ACCEPT_MS, message: false });
    if (!databaseReady.isDone) throw away();
  }

  async #now<Result>(work: (queue: EventQueue) => Promise<Result>): Promise<Result> {
    await this.#untilReady();
    return this.#session.use(work).catch((error: unknown) => {
      throw away(error);
    });
  }
}

function explain(error: unknown): never {
  if (error instanceof LauncherError) throw error;
  if (!isIncurable(error)) throw away(error);
  const message = 'The database can’t keep this event, so it was not accepted.';
  throw new LauncherError('InvalidRequestContentException', message, { cause: error });
}

const away = (cause?: unknown) =>
  unavailable('The database is away, so nothing was accepted. Send it again soon.', 2, cause);
