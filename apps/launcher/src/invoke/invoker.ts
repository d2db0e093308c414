import type { Acceptance } from '@serverless-vote/contracts/acceptance';
import type { InvocationOutcome } from '@serverless-vote/contracts/lifecycle';
import { continueTrace, type TraceContext } from '@serverless-vote/contracts/trace-context';
import { checkJson } from '../http/body.ts';
import type { AcceptanceClock } from '../model/acceptance-clock.ts';
import { type Catalog, findFunction } from '../model/catalog.ts';
import { LauncherError } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';
import { type Answer, Invocation } from '../model/invocation.ts';
import type { Preparation } from '../model/preparation.ts';
import { FunctionPool, type FunctionPoolParts } from './function-pool.ts';
import { RecentFailures } from './recent-failures.ts';

/** Lambda's limit for a synchronous event: 6 MB. */
export const EVENT_LIMIT = 6 * 1024 * 1024;

/** An answered invocation, with what the function wrote. */
export interface Invoked extends Answer {
  requestId: string;
  memoryMb: number;
  /** What the function wrote for this event, complete as soon as the function says so. */
  log: () => Promise<string>;
}

/**
 * The path of an invocation: from a name and an event to the function's answer. Checks what a caller sends, gives the event its
 * place in the order of acceptance, lets the function's pool serve it, and tells the event bus how it went.
 */
export class Invoker {
  readonly #catalog: Catalog;
  readonly #pools: ReadonlyMap<string, FunctionPool>;
  readonly #clock: AcceptanceClock;
  readonly #bus: EventBus;
  readonly #databaseReady: Preparation;
  readonly #succeeded: (name: string) => void;
  readonly failures = new RecentFailures();

  /**
   * @param databaseReady migrations and the clock: events wait for them within their deadline
   * @param succeeded is told the name of every function that has just succeeded
   */
  constructor(
    catalog: Catalog,
    setting: { imageTag: string; idleTimeoutMs: number },
    parts: FunctionPoolParts & {
      clock: AcceptanceClock;
      databaseReady: Preparation;
      succeeded: (name: string) => void;
    },
  ) {
    this.#catalog = catalog;
    this.#clock = parts.clock;
    this.#bus = parts.bus;
    this.#databaseReady = parts.databaseReady;
    this.#succeeded = parts.succeeded;
    this.#pools = new Map(
      Object.entries(catalog.functions).map(([name, entry]) => [
        name,
        new FunctionPool(
          name,
          entry,
          { image: `${entry.image}:${setting.imageTag}`, idleTimeoutMs: setting.idleTimeoutMs },
          parts,
        ),
      ]),
    );
  }

  get pools(): readonly FunctionPool[] {
    return [...this.#pools.values()];
  }

  /** Checks that `payload` may be given to the named function. @throws {LauncherError} saying what is wrong with it */
  check(requested: string, payload: Buffer, qualifier?: string): { name: string; event: Buffer } {
    const { name } = findFunction(this.#catalog, requested, qualifier);
    if (payload.length > EVENT_LIMIT) {
      throw new LauncherError(
        'RequestTooLargeException',
        `The event has ${payload.length} bytes; at most ${EVENT_LIMIT} are taken.`,
      );
    }
    const event = payload.length === 0 ? Buffer.from('{}') : payload;
    checkJson(event);
    return { name, event };
  }

  /**
   * Runs a function once.
   * @param signal aborts when the caller leaves: an event that still waits is dropped
   * @param trace what it is a part of; without one it begins its own
   * @throws {LauncherError} when the function could not be run; a function's own error is an outcome, not a throw
   */
  async invoke(
    requested: string,
    payload: Buffer,
    signal?: AbortSignal,
    qualifier?: string,
    trace?: TraceContext,
  ): Promise<Invoked> {
    const { name, event } = this.check(requested, payload, qualifier);
    if (!this.#databaseReady.isDone) await this.#untilDatabaseReady(this.#poolOf(name).entry.deadlineMs);
    return this.run(name, event, this.accept(trace), signal);
  }

  /** Gives an event its identity. Only once the database is ready, which is what the clock goes on from. */
  accept(trace: TraceContext = continueTrace(undefined)): Acceptance {
    return { requestId: crypto.randomUUID(), acceptedAt: this.#clock.next(), trace };
  }

  /** Runs a function once on an event that was accepted before, as `invoke` does. */
  async run(name: string, event: Buffer, acceptance: Acceptance, signal?: AbortSignal): Promise<Invoked> {
    const pool = this.#poolOf(name);
    const invocation = new Invocation(name, event, acceptance, pool.entry.deadlineMs);
    const { requestId } = invocation;
    const leave = () => pool.abandon(invocation);
    signal?.addEventListener('abort', leave, { once: true });
    try {
      this.#bus.publish({ type: 'invocation.accepted', ...invocation.who, waiting: pool.waiting });
      pool.submit(invocation);
      const answer = await invocation.answer;
      // After the answer: nobody waits for what is counted, logged and shown.
      setImmediate(() => {
        this.#finished(invocation, outcomeOf(answer), answer);
        if (answer.outcome.kind === 'result') this.failures.note(name);
        else this.failures.noteError(name, answer.outcome.errorType);
        if (answer.outcome.kind === 'result') this.#succeeded(name);
      });
      return { ...answer, requestId, memoryMb: pool.entry.memoryMb, log: () => completeLog(invocation) };
    } catch (error) {
      const outcome = signal?.aborted ? 'abandoned' : failureOf(error);
      this.#finished(invocation, outcome);
      // What the database did to it says nothing once that is back, and health asks the database itself.
      if (outcome === 'unavailable' && pool.health.platformsFault === undefined)
        this.failures.note(name, error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  /** Keeps prewarmed containers of these functions, since they will probably be invoked soon. */
  prewarm(names: readonly string[]): void {
    for (const name of names) this.#pools.get(name)?.prewarm();
  }

  async close(graceMs: number): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.close(graceMs)));
  }

  #poolOf(name: string): FunctionPool {
    const pool = this.#pools.get(name);
    if (!pool) throw new LauncherError('ResourceNotFoundException', `Function not found: ${name}.`);
    return pool;
  }

  async #untilDatabaseReady(deadlineMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const message = 'The database is away. Nothing was recorded; try again soon.';
      timer = setTimeout(
        () => reject(new LauncherError('ServiceException', message, { retryAfterSeconds: 2 })),
        deadlineMs,
      );
    });
    await Promise.race([this.#databaseReady.done, late]).finally(() => clearTimeout(timer));
  }

  #finished(invocation: Invocation, outcome: InvocationOutcome, answer?: Answer): void {
    this.#bus.publish({
      type: 'invocation.finished',
      ...invocation.who,
      containerId: answer?.containerId,
      outcome,
      startKind: answer?.startKind,
      phases: answer?.phases ?? {},
      totalMs: performance.now() - invocation.arrivedAt,
    });
  }
}

const outcomeOf = ({ outcome }: Answer): InvocationOutcome =>
  outcome.kind === 'result' ? 'success' : outcome.timedOut ? 'timeout' : 'function-error';

const failureOf = (error: unknown): InvocationOutcome =>
  error instanceof LauncherError && error.type === 'TooManyRequestsException' ? 'throttled' : 'unavailable';

/** The function's lines arrive by the engine, a little after its answer: waits for the last, though not long. */
async function completeLog(invocation: Invocation): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1000);
  });
  await Promise.race([invocation.logEnded, late]);
  clearTimeout(timer);
  return invocation.log;
}
