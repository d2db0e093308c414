import type { Express } from 'express';
import type { FunctionPool } from '../invoke/function-pool.ts';
import { DISK_IS_FULL } from '../invoke/start-health.ts';

/** Would a vote be recorded now, and if not, why? `paused`: it ends when the database is back; `failing`: somebody has to look. */
export type Health = { status: 'ok' } | { status: 'starting' | 'paused' | 'failing'; reason: string };

const IMAGES_EVERY_MS = 5_000;

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
  #images: { at: number; trouble: Promise<'none' | 'engine' | string> } | undefined;

  constructor(parts: HealthParts) {
    this.#parts = parts;
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

  #imageTrouble(): Promise<string> {
    if (this.#images === undefined || performance.now() - this.#images.at > IMAGES_EVERY_MS) {
      const { lacking, images } = this.#parts;
      const trouble = lacking(images).then(
        ([first]) => first ?? 'none',
        () => 'engine',
      );
      this.#images = { at: performance.now(), trouble };
    }
    return this.#images.trouble;
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

export function mountHealth(app: Express, health: () => Promise<Health>): void {
  app.get('/healthz', async (_request, response) => {
    const answer = await health();
    response.status(answer.status === 'ok' ? 200 : 503).json(answer);
  });
}
