import { atMostEvery } from '@serverless-vote/contracts/at-most-every';
import type { PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import type { Express } from 'express';
import type { FunctionPool } from '../invoke/function-pool.ts';
import { DISK_IS_FULL } from '../invoke/start-health.ts';
import type { EventBus } from '../model/event-bus.ts';

/** Would a vote be recorded now, and if not, why? `paused`: it ends when the database is back; `failing`: somebody has to look. */
export type Health = { status: 'ok' } | { status: 'starting' | 'paused' | 'failing'; reason: string };

const IMAGES_EVERY_MS = 5_000;
/** This many in a row are no accident. */
const IN_A_ROW = 3;
/** What happened longer ago says nothing about now: nobody may have tried since. */
const RECENT_MS = 15_000;
/**
 * The errors of a program that did not mean to fail: Node's and Postgres' own, and those that the launcher reports in a function's
 * place. A function that refuses an event has a name of its own for that (`InvalidEvent`, say), and works.
 */
const UNMEANT = /^(error|Error|\w*(Type|Range|Reference|Syntax|Aggregate|System)Error|(Runtime|Sandbox|Function)\..*)$/;

export interface HealthParts {
  /** Has the database been prepared? */
  isPrepared: () => boolean;
  databaseIsThere: () => Promise<boolean>;
  databaseHasSpace: () => Promise<boolean>;
  /** What the pages need: functions by name, and web. */
  images: readonly string[];
  /** Those of these images that the engine lacks. @throws when the engine doesn't answer */
  lacking: (images: readonly string[]) => Promise<readonly string[]>;
  functions: readonly string[];
  /** Is there a container of this function that would take an event now, whatever the engine does? */
  isReady: (name: string) => boolean;
  /** Why an invocation of this function would probably fail, if so. */
  whyFailing: (name: string) => string | undefined;
}

/**
 * Health is the answer to "would a vote be recorded now?". Asking starts nothing, and costs the database and the engine a question now
 * and then, however many ask.
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

  /** What is certain, so that the pages may say that voting is paused. */
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
    return { status: 'failing', reason: `the image ${images} isn't on this machine; \`make run\` builds it` };
  }

  /** The same, and what the latest invocations suggest. */
  async answer(): Promise<Health> {
    const certain = await this.certain();
    if (certain.status !== 'ok') return certain;
    const { functions, whyFailing } = this.#parts;
    const reason = functions.map(whyFailing).find((why) => why !== undefined);
    return reason === undefined ? certain : { status: 'failing', reason };
  }
}

/** The reason when a function can run nothing because containers that should be gone take all its places. */
export function whyBlocked(
  pools: readonly Pick<FunctionPool, 'name' | 'fleet' | 'entry'>[],
  name: string,
  overdue: ReadonlySet<string>,
): string | undefined {
  const pool = pools.find((candidate) => candidate.name === name);
  if (!pool || [...pool.fleet].filter(({ id }) => overdue.has(id)).length < pool.entry.concurrency) return undefined;
  return `the Docker Engine does not remove containers of ${name}, and they take all its places`;
}

/** How each function's last invocations went, as far as that says whether the next one will succeed. */
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

export function mountHealth(app: Express, health: () => Promise<Health>): void {
  app.get('/healthz', async (_request, response) => {
    const answer = await health();
    response.status(answer.status === 'ok' ? 200 : 503).json(answer);
  });
}
