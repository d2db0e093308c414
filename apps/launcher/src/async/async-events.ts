import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@serverless-vote/contracts/backoff';
import type { TraceContext } from '@serverless-vote/contracts/trace-context';
import {
  type AsyncEvent,
  type DeadLetter,
  type EventQueue,
  isIncurable,
  type Which,
} from '@serverless-vote/database/event-queue';
import type { Invoker } from '../invoke/invoker.ts';
import type { Catalog } from '../model/catalog.ts';
import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import type { Preparation } from '../model/preparation.ts';
import { FunctionQueue } from './function-queue.ts';
import { QueueSession } from './queue-session.ts';

/** Lambda's limit for an asynchronous event: 1 MB. */
export const ASYNC_EVENT_LIMIT = 1024 * 1024;
/** How long a caller waits for the commit: a restart of the database fits into it. */
const ACCEPT_MS = 5_000;

interface AsyncParts {
  invoker: Invoker;
  bus: EventBus;
  openQueue: (names: readonly string[]) => Promise<EventQueue>;
  databaseReady: Preparation;
}

/** Events whose callers don't wait for a result: committed before they are accepted, run in the background. */
export class AsyncEvents {
  readonly #parts: AsyncParts;
  readonly #lines: ReadonlyMap<string, FunctionQueue>;
  readonly #session: QueueSession;
  readonly #stopping = new AbortController();

  constructor(catalog: Catalog, parts: AsyncParts) {
    this.#parts = parts;
    const names = Object.keys(catalog.functions);
    this.#session = new QueueSession(
      () => parts.openQueue(names),
      (queue) => this.#takeStock(queue),
      (queue) => this.#mayRest(queue),
    );
    const lineParts = { ...parts, session: this.#session, stopping: this.#stopping.signal };
    this.#lines = new Map(
      Object.entries(catalog.functions).map(([name, entry]) => [name, new FunctionQueue(name, entry, lineParts)]),
    );
    void parts.databaseReady.done.then(async ({ asyncEventsAreLeft }) => {
      if (asyncEventsAreLeft) await this.#resume();
    });
  }

  get lines(): readonly FunctionQueue[] {
    return [...this.#lines.values()];
  }

  /**
   * Accepts an event: when this resolves, it is committed. Returns its request id.
   * @throws {LauncherError} RequestTooLargeException; TooManyRequestsException when too many are kept; ServiceException
   *   when the database is away: then nothing was accepted
   */
  async accept(requested: string, payload: Buffer, qualifier?: string, trace?: TraceContext): Promise<string> {
    const { name, event } = this.#parts.invoker.check(requested, payload, qualifier);
    if (event.length > ASYNC_EVENT_LIMIT) {
      const message = `The event has ${event.length} bytes; an asynchronous one may have ${ASYNC_EVENT_LIMIT}.`;
      throw new LauncherError('RequestTooLargeException', message);
    }
    const line = this.#lines.get(name);
    if (!line) throw new LauncherError('ResourceNotFoundException', `Function not found: ${name}.`);
    const giveUpAt = performance.now() + ACCEPT_MS;
    await this.#untilReady();
    const acceptance = this.#parts.invoker.accept(trace);
    await this.#patiently(giveUpAt, () => this.#keep(line, { name, payload: event, ...acceptance }));
    const { requestId, trace: part } = acceptance;
    this.#parts.bus.publish({ type: 'async.accepted', requestId, traceId: part.traceId, name });
    void line.look();
    return requestId;
  }

  /** Dead letters, the oldest first. @throws {LauncherError} ServiceException when the database is away */
  deadLetters(which: Which, most: number): Promise<DeadLetter[]> {
    return this.#now((queue) => queue.deadLetters(which, most));
  }

  /** Sends dead letters again, each with its old place in the order of acceptance. Returns how many. */
  async resend(which: Which): Promise<number> {
    const sent = await this.#now(async (queue) => {
      const moved = await queue.resend(which);
      await this.#count(queue);
      return moved;
    });
    for (const line of this.lines) void line.look();
    return sent;
  }

  /** Drops dead letters for good. Returns how many. */
  drop(which: Which): Promise<number> {
    return this.#now(async (queue) => {
      const dropped = await queue.drop(which);
      await this.#count(queue);
      return dropped;
    });
  }

  /** Begins nothing more, and waits at most `graceMs` for what runs. What isn't finished is found by the next launcher. */
  async close(graceMs: number): Promise<void> {
    this.#stopping.abort();
    for (const line of this.lines) line.close();
    const end = performance.now() + graceMs;
    while (this.lines.some(({ running }) => running > 0) && performance.now() < end) await delay(20);
    await this.#session.close();
  }

  async #keep(line: FunctionQueue, event: AsyncEvent): Promise<void> {
    await this.#session.use(async (queue) => {
      line.reserve(event.payload.length);
      try {
        await queue.push(event);
      } catch (error) {
        line.giveBack(event.payload.length);
        throw error;
      }
    });
  }

  /** Runs what a predecessor left, as soon as the database lets it. */
  async #resume(): Promise<void> {
    for (let failures = 1; !this.#stopping.signal.aborted; failures += 1) {
      try {
        await this.#session.use(async () => undefined);
        for (const line of this.lines) void line.look();
        return;
      } catch {
        await delay(backoffMs(failures), undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
  }

  /** After opening: what a dead launcher had in hand, or this one has lost, goes back into the queue; and all is counted. */
  async #takeStock(queue: EventQueue): Promise<void> {
    for (const { name, inHand } of this.lines) await queue.recover(name, inHand);
    await this.#count(queue);
  }

  /** Only the queue itself knows: what this process has counted may have missed an event that it took for lost. */
  async #mayRest(queue: EventQueue): Promise<boolean> {
    if (this.lines.some(({ unfinished }) => unfinished > 0)) return false;
    await this.#count(queue);
    const left = this.lines.filter(({ unfinished }) => unfinished > 0);
    for (const line of left) void line.look();
    return left.length === 0;
  }

  async #count(queue: EventQueue): Promise<void> {
    const holdings = await queue.holdings();
    for (const line of this.lines) {
      const of = (dead: boolean) => holdings.find((held) => held.name === line.name && held.dead === dead);
      line.unfinished = of(false)?.events ?? 0;
      line.dead = of(true)?.events ?? 0;
      line.bytes = (of(false)?.bytes ?? 0) + (of(true)?.bytes ?? 0);
    }
  }

  async #untilReady(): Promise<void> {
    const { databaseReady } = this.#parts;
    if (databaseReady.isDone) return;
    await Promise.race([databaseReady.done, delay(ACCEPT_MS)]);
    if (!databaseReady.isDone) throw away();
  }

  /** Again and again until `giveUpAt`, since a connection that breaks doesn't tell whether the commit came before. */
  async #patiently(giveUpAt: number, work: () => Promise<void>): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof LauncherError) throw error;
        if (isIncurable(error)) throw notKept(error);
        if (performance.now() > giveUpAt || this.#stopping.signal.aborted) throw away(error);
        await delay(backoffMs(failures));
      }
    }
  }

  async #now<Result>(work: (queue: EventQueue) => Promise<Result>): Promise<Result> {
    await this.#untilReady();
    return this.#session.use(work).catch((error: unknown) => {
      throw away(error);
    });
  }
}

const notKept = (cause: unknown) =>
  new LauncherError('InvalidRequestContentException', 'The database can’t keep this event, so it was not accepted.', {
    cause,
  });

const away = (cause?: unknown) =>
  new LauncherError('ServiceException', 'The database is away, so nothing was accepted. Send it again soon.', {
    retryAfterSeconds: 2,
    cause,
  });
