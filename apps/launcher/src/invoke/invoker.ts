import { type Catalog, findFunction, imageOf, type OwnImages } from '@serverless-vote/catalog';
import type { Acceptance } from '@serverless-vote/contracts/acceptance';
import type { InvocationOutcome } from '@serverless-vote/contracts/lifecycle';
import { continueTrace, type TraceContext } from '@serverless-vote/contracts/trace-context';
import type { Database } from '@serverless-vote/database';
import { jsonFault } from '@serverless-vote/http-server/json';
import pTimeout from 'p-timeout';
import type { AcceptanceClock } from '../model/acceptance-clock.ts';
import { LauncherError, unavailable } from '../model/errors.ts';
import { type Answer, Invocation } from '../model/invocation.ts';
import { CALLS_AT_ONCE } from '../sandbox/runtime-client.ts';
import { FunctionPool, type FunctionPoolParts } from './function-pool.ts';

/** Lambda's limit for a synchronous event: 6 MB. */
export const EVENT_LIMIT = 6 * 1024 * 1024;

/** An answered invocation, with the function's log output. */
export interface Invoked extends Answer {
  requestId: string;
  memoryMb: number;
  /** The log output for this event, complete as soon as the function reports its end. */
  log: () => Promise<string>;
}

export interface InvokeOptions {
  /** Aborts when the caller disconnects: an event that is still queued is dropped. */
  signal?: AbortSignal;
  qualifier?: string | undefined;
  /** The trace that the invocation belongs to; without one it starts a new trace. */
  trace?: TraceContext;
  /** As in `Invocation`. */
  callers?: readonly Invocation[] | undefined;
}

type RunOptions = Pick<InvokeOptions, 'signal' | 'callers'>;

export interface InvokerParts extends FunctionPoolParts {
  acceptance: AcceptanceClock;
  /** Migrations and the acceptance clock: events wait for them within their deadline. */
  databaseReady: Database['ready'];
  /** Called with the name of every function that has just succeeded. */
  succeeded: (name: string) => void;
}

/**
 * The path of an invocation: from a name and an event to the function's answer. Checks what a caller sends, gives the event its
 * place in the order of acceptance, lets the function's pool serve it, and publishes how it went.
 */
export class Invoker {
  readonly #catalog: Catalog;
  readonly #pools: ReadonlyMap<string, FunctionPool>;
  readonly #parts: InvokerParts;

  constructor(catalog: Catalog, setting: { ownImages: OwnImages; idleTimeoutMs: number }, parts: InvokerParts) {
    this.#catalog = catalog;
    this.#parts = parts;
    const { ownImages, idleTimeoutMs } = setting;
    const entries = Object.entries(catalog.functions);
    this.#pools = new Map(
      entries.map(([name, entry]) => {
        const image = imageOf(entry, ownImages);
        return [name, new FunctionPool(name, entry, { image, idleTimeoutMs }, parts)];
      }),
    );
  }

  get pools(): readonly FunctionPool[] {
    return [...this.#pools.values()];
  }

  /** Checks that `payload` is a valid event for the named function. @throws {LauncherError} saying what is wrong with it */
  check(requested: string, payload: Buffer, qualifier?: string): { name: string; event: Buffer } {
    const { name } = findFunction(this.#catalog, requested, qualifier);
    const { length } = payload;
    if (length > EVENT_LIMIT) {
      const message = `The event has ${length} bytes; at most ${EVENT_LIMIT} are taken.`;
      throw new LauncherError('RequestTooLargeException', message);
    }
    const event = length === 0 ? Buffer.from('{}') : payload;
    const fault = jsonFault(event);
    if (fault !== undefined) {
      const message = `The event is not JSON: ${fault}. Send a JSON document, or nothing for {}.`;
      throw new LauncherError('InvalidRequestContentException', message);
    }
    return { name, event };
  }

  /**
   * Runs a function once.
   * @throws {LauncherError} when the function could not be run; a function's own error is an outcome, not a throw
   */
  async invoke(requested: string, payload: Buffer, options: InvokeOptions = {}): Promise<Invoked> {
    const { qualifier, trace, callers = [] } = options;
    const { name, event } = this.check(requested, payload, qualifier);
    const waiting = callers.find(({ path }) => path.includes(name));
    if (waiting) {
      const path = [...waiting.path, name].join(' → ');
      const message = `${name} would wait for itself: ${path}. Invoke it with InvocationType Event, or not at all.`;
      throw new LauncherError('RecursiveInvocationException', message);
    }
    if (callers.some(({ openCalls }) => openCalls >= CALLS_AT_ONCE)) {
      const message = `The calls of one event that have not ended are limited to ${CALLS_AT_ONCE}, waited for or not.`;
      throw new LauncherError('TooManyRequestsException', message, { retryAfterSeconds: 1 });
    }
    const { databaseReady } = this.#parts;
    if (!databaseReady.isDone) {
      const message = unavailable('The database is away. Nothing was recorded; try again soon.', 2);
      await pTimeout(databaseReady.done, { milliseconds: this.#poolOf(name).entry.deadlineMs, message });
    }
    return this.run(name, event, this.accept(trace), options);
  }

  /** Gives an event its identity, once the database is ready: the acceptance clock continues from what is recorded there. */
  accept(trace: TraceContext = continueTrace(undefined)): Acceptance {
    return { requestId: crypto.randomUUID(), acceptedAt: this.#parts.acceptance.next(), trace };
  }

  /** Runs a function once on an event that was accepted before, as `invoke` does. */
  async run(name: string, event: Buffer, acceptance: Acceptance, options: RunOptions = {}): Promise<Invoked> {
    const { signal, callers = [] } = options;
    const pool = this.#poolOf(name);
    const { deadlineMs, memoryMb } = pool.entry;
    const invocation = new Invocation({ name, payload: event, deadlineMs }, acceptance, this.#parts.clock, callers);
    const leave = () => pool.abandon(invocation);
    signal?.addEventListener('abort', leave, { once: true });
    for (const caller of callers) caller.openCalls += 1;
    try {
      const caller = callers[0]?.name;
      this.#parts.bus.publish({ type: 'invocation.accepted', ...invocation.who, waiting: pool.waiting, caller });
      pool.submit(invocation);
      const answer = await invocation.answer;
      // After the answer, so that metrics, logs and the live page delay nobody.
      setImmediate(() => {
        this.#finished(invocation, endOf(answer), answer);
        if (answer.outcome.kind === 'result') this.#parts.succeeded(name);
      });
      return { ...answer, requestId: invocation.requestId, memoryMb, log: () => invocation.log.complete() };
    } catch (error) {
      const outcome = signal?.aborted ? 'abandoned' : isThrottled(error) ? 'throttled' : 'unavailable';
      // A failure caused by the database says nothing about the function once the database is back.
      const isPlatforms = outcome !== 'unavailable' || pool.health.platformsFault !== undefined;
      this.#finished(invocation, { outcome, failure: isPlatforms ? undefined : messageOf(error) });
      throw error;
    } finally {
      for (const caller of callers) caller.openCalls -= 1;
      if (callers.length === 1) callers[0]?.calls.push({ name, ms: this.#parts.clock.now() - invocation.arrivedAt });
      signal?.removeEventListener('abort', leave);
    }
  }

  /** Keeps the warm pool of these functions, since they will probably be invoked soon. */
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

  #finished(invocation: Invocation, end: End, answer?: Answer): void {
    const { containerId, startKind, phases } = answer ?? {};
    const totalMs = this.#parts.clock.now() - invocation.arrivedAt;
    const about = { containerId, startKind, phases: phases ?? {}, totalMs };
    // That its caller had less time than the catalog gives says nothing about the function.
    const isHurried = invocation.deadlineMs < this.#poolOf(invocation.name).entry.deadlineMs;
    const failure = isHurried && end.outcome !== 'function-error' ? undefined : end.failure;
    this.#parts.bus.publish({ type: 'invocation.finished', ...invocation.who, ...end, failure, ...about });
  }
}

interface End {
  outcome: InvocationOutcome;
  failure: string | undefined;
}

function endOf({ outcome }: Answer): End {
  if (outcome.kind === 'result') return { outcome: 'success', failure: undefined };
  return { outcome: outcome.timedOut ? 'timeout' : 'function-error', failure: outcome.errorType };
}

const isThrottled = (error: unknown): boolean =>
  error instanceof LauncherError && error.type === 'TooManyRequestsException';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
