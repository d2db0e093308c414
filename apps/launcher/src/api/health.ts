import type { ServerResponse } from 'node:http';
import { atMostEvery } from '@serverless-vote/contracts/at-most-every';
import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import { bringing } from '@serverless-vote/engine';
import type { FunctionPool } from '../invoke/function-pool.ts';
import { DISK_IS_FULL } from '../invoke/start-health.ts';
import { respondWithJson } from '../model/errors.ts';
import type { EventBus } from '../model/event-bus.ts';

/** Would a vote be recorded now, and if not, why? `paused`: until the database is back; `failing`: the operator has to act. */
export type Health = { status: 'ok' } | { status: 'starting' | 'paused' | 'failing'; reason: string };

const IMAGES_EVERY_MS = 5_000;
/** This many failures in a row are no coincidence. */
const IN_A_ROW = 3;
/** Older failures are ignored: there may have been no invocation since. */
const RECENT_MS = 15_000;
/**
 * Errors of a broken function: Node's and Postgres' own, and those that the launcher reports on a function's behalf. A function that
 * refuses an event uses its own error type (such as `InvalidEvent`), and is healthy.
 */
const UNMEANT = /^(error|Error|\w*(Type|Range|Reference|Syntax|Aggregate|System)Error|(Runtime|Sandbox|Function)\..*)$/;

export interface HealthParts {
  /** Has the database been prepared? */
  isPrepared: () => boolean;
  databaseIsThere: () => Promise<boolean>;
  databaseHasSpace: () => Promise<boolean>;
  /** The functions that the pages need, and web. */
  images: readonly string[];
  /** Which of these images the engine lacks. @throws when the engine doesn't answer */
  lacking: (images: readonly string[]) => Promise<readonly string[]>;
  functions: readonly string[];
  /** Is there a container of this function that could take an event now, even if the engine is down? */
  isReady: (name: string) => boolean;
  /** Why an invocation of this function would probably fail; undefined if it wouldn't. */
  whyFailing: (name: string) => string | undefined;
  /** The same for a start of web. */
  whyNoPages: () => string | undefined;
}

/**
 * Health answers "would a vote be recorded now?". A check starts nothing. However often it is called, it queries the database and the
 * engine only now and then.
 */
export class HealthReport {
  readonly #parts: HealthParts;
  readonly #imageTrouble: () => Promise<'none' | 'engine' | string>;

  constructor(parts: HealthParts) {
    this.#parts = parts;
    this.#imageTrouble = atMostEvery(IMAGES_EVERY_MS, () =>
      parts.lacking(parts.images).then(
        ([first]) => first ?? 'none',
        () => 'engine',
      ),
    );
  }

  /** Only what is certain, so that the pages may say that voting is paused. */
  async certain(): Promise<Health> {
    const { isPrepared, databaseIsThere, databaseHasSpace, functions, isReady } = this.#parts;
    if (!isPrepared()) return { status: 'starting', reason: 'waiting for the database' };
    const [isThere, hasSpace, images] = await Promise.all([
      databaseIsThere(),
      databaseHasSpace(),
      this.#imageTrouble(),
    ]);
    if (!isThere) return { status: 'paused', reason: 'the database is away' };
    if (!hasSpace) return { status: 'paused', reason: DISK_IS_FULL };
    if (images === 'none' || functions.every(isReady)) return { status: 'ok' };
    if (images === 'engine') return { status: 'failing', reason: 'the Docker Engine does not answer' };
    return { status: 'failing', reason: `the image ${images} isn't on this machine; ${bringing(images)}` };
  }

  /** The same, plus what the latest invocations suggest. */
  async answer(): Promise<Health> {
    const certain = await this.certain();
    if (certain.status !== 'ok') return certain;
    const { functions, whyFailing, whyNoPages } = this.#parts;
    const reason = functions.map(whyFailing).find((why) => why !== undefined) ?? whyNoPages();
    return reason === undefined ? certain : { status: 'failing', reason };
  }
}

/** The reason if a function can't run because containers that should be gone occupy its whole concurrency. */
export function whyBlocked(
  pools: readonly Pick<FunctionPool, 'name' | 'fleet' | 'entry'>[],
  name: string,
  overdue: ReadonlySet<string>,
): string | undefined {
  const pool = pools.find((candidate) => candidate.name === name);
  if (!pool || [...pool.fleet].filter(({ id }) => overdue.has(id)).length < pool.entry.concurrency) return undefined;
  return `the Docker Engine does not remove containers of ${name}, and they take all its places`;
}

/** The outcomes of each function's last invocations that predict whether the next one will succeed. */
export class RecentFailures {
  readonly #inARow = new Map<string, { count: number; last: string; at: number }>();

  constructor(bus: EventBus) {
    bus.subscribe((event) => {
      if (event.type === 'invocation.finished') this.#learnFrom(event);
    });
  }

  /** Why an invocation of this function would probably fail now. */
  why(name: string): string | undefined {
    const found = this.#inARow.get(name);
    if (!found || found.count < IN_A_ROW || performance.now() - found.at > RECENT_MS) return undefined;
    return `the last ${found.count} invocations of ${name} failed: ${found.last}`;
  }

  #learnFrom({ name, outcome, failure }: PublishedEvent & { type: 'invocation.finished' }): void {
    const isAnswered = outcome !== 'throttled' && outcome !== 'abandoned' && outcome !== 'unavailable';
    const isFailure = failure !== undefined && (!isAnswered || UNMEANT.test(failure));
    if (isFailure) {
      const count = (this.#inARow.get(name)?.count ?? 0) + 1;
      this.#inARow.set(name, { count, last: failure, at: performance.now() });
    } else if (isAnswered) this.#inARow.delete(name);
  }
}

export function answerHealth(response: ServerResponse, health: Health): void {
  respondWithJson(response, health.status === 'ok' ? 200 : 503, health);
}
