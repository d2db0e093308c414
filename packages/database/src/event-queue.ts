import type { Acceptance } from '@serverless-vote/contracts/acceptance';
import { beginningOf, storable } from '@serverless-vote/contracts/text';
import { continueTrace, traceparentOf } from '@serverless-vote/contracts/trace-context';
import type { PgBoss } from 'pg-boss';
import type { Address } from './connection.ts';

/** Attempts per event: one and two retries, as in Lambda. */
export const ATTEMPTS = 3;
const FIRST_PAUSE_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 60;
/** The dot keeps it apart from the names of functions. */
const DEAD_LETTERS = 'dead.letters';
const SCHEMA = 'async_events';
const STATEMENT_MS = 5_000;
const CONNECT_MS = 3_000;
/** How much of an error is kept. */
const LONGEST_TYPE = 200;
const LONGEST_MESSAGE = 4096;
/** Only this launcher takes events, so one is interrupted only when the launcher ends, never because of its age. */
const NEVER_EXPIRES_SECONDS = 23 * 3600;

export interface AsyncEvent extends Acceptance {
  name: string;
  payload: Buffer;
}

/** An event that has been taken to be run; `attempt` counts from 1. */
export interface TakenEvent extends AsyncEvent {
  attempt: number;
  pushedAt: Date;
  job: { id: string; retryCount: number };
}

/** Why an attempt failed, in the shape in which functions report their errors. */
export interface AttemptError {
  errorType: string;
  errorMessage: string;
}

/** An event that has used up its attempts and is kept until somebody resends or deletes it. */
export interface DeadLetter {
  requestId: string;
  functionName: string;
  acceptedAt: Date;
  diedAt: Date;
  attempts: number;
  error: AttemptError;
  event: string;
}

/** What the queue holds for one function. */
export interface Holding {
  name: string;
  dead: boolean;
  events: number;
  bytes: number;
}

export type Later = { events: number; nextInMs: number | null };

/** Selects dead letters: those of one function, a single one, or all. */
export interface Which {
  name?: string | undefined;
  requestId?: string | undefined;
}
const WHICH = 'name = $1 and ($2::text is null or source_name = $2) and ($3::text is null or singleton_key = $3)';

interface Data {
  requestId: string;
  acceptedAt: string;
  traceparent: string;
  /** Kept as text: jsonb would reorder the caller's bytes. */
  event: string;
}

/**
 * Asynchronous events in Postgres: one queue for each function, and one for dead letters. This is the only file that uses pg-boss.
 * It is loaded with the first asynchronous event, never polls, and is closed when nothing is left to do.
 */
export class EventQueue {
  readonly #boss: PgBoss;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /** Opens the queues of these functions and creates those that are missing. @throws when the database is away */
  static async open({ host, passwords }: Address, names: readonly string[]): Promise<EventQueue> {
    const { PgBoss } = await import('pg-boss');
    const who = { user: 'postgres', ...(passwords && { password: passwords.owner }) };
    const connection = { host, ...who, database: 'votes', connectionTimeoutMillis: CONNECT_MS };
    const deadline = { query_timeout: STATEMENT_MS, options: `-c statement_timeout=${STATEMENT_MS}` };
    const boss = new PgBoss({
      ...{ ...connection, ...deadline, max: 4 },
      ...{ schema: SCHEMA, createSchema: false, supervise: false, schedule: false },
    });
    // Whoever uses the connection gets the error, too.
    boss.on('error', () => undefined);
    try {
      await boss.start();
      const queue = new EventQueue(boss);
      await queue.#makeQueues(names);
      return queue;
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => undefined);
      throw error;
    }
  }

  /** Stores an event, due after a delay; it is committed when this resolves. Pushing the same event again stores it once. */
  async push({ name, payload, requestId, acceptedAt, trace }: AsyncEvent, delaySeconds: number): Promise<void> {
    const data: Data = {
      requestId,
      acceptedAt: String(acceptedAt),
      traceparent: traceparentOf(trace),
      event: payload.toString(),
    };
    await this.#boss.send(name, data, { id: requestId, singletonKey: requestId, startAfter: delaySeconds });
  }

  /** Takes at most `most` events that are due; nobody else gets them. */
  async take(name: string, most: number): Promise<TakenEvent[]> {
    const jobs = await this.#boss.fetch<Data>(name, { batchSize: most, includeMetadata: true });
    return jobs.map(({ id, retryCount, createdOn, data }) => ({
      name,
      payload: Buffer.from(data.event),
      requestId: data.requestId,
      acceptedAt: BigInt(data.acceptedAt),
      trace: continueTrace(data.traceparent),
      attempt: retryCount + 1,
      pushedAt: createdOn,
      job: { id, retryCount },
    }));
  }

  /** How many events of a function were sent with a delay that isn't over, and when the next one that waits is due, a retry included. */
  async later(name: string): Promise<Later> {
    const { rows } = await this.#sql<Later>(
      `select count(*) filter (where state = 'created' and start_after > now())::int as events,
              (extract(epoch from min(start_after) - now()) * 1000)::float8 as "nextInMs"
       from ${SCHEMA}.job where name = $1 and state < 'active'`,
      [name],
    );
    return rows[0] ?? { events: 0, nextInMs: null };
  }

  /** Deletes an event that has been run. Idempotent. */
  async done({ name, job }: TakenEvent): Promise<void> {
    await this.#boss.deleteJob(name, job);
  }

  /** Puts an event back to be retried after a pause, or moves it to the dead letters. Idempotent. */
  async failed({ name, job, attempt }: TakenEvent, error: AttemptError): Promise<void> {
    await this.#boss.fail(name, job, {
      errorType: storable(beginningOf(error.errorType, LONGEST_TYPE)),
      errorMessage: storable(beginningOf(error.errorMessage, LONGEST_MESSAGE)),
    });
    // The original stays in the queue when its copy becomes a dead letter.
    if (attempt >= ATTEMPTS) await this.#boss.deleteStoredJobs(name);
  }

  /**
   * Puts back events that are marked as taken but that nobody runs: an earlier launcher had them, or the answer to `take` was lost. This
   * counts as an attempt, so that no event is retried forever.
   */
  async recover(name: string, inHand: ReadonlySet<string>): Promise<void> {
    const { rows } = await this.#sql<{ id: string }>(
      `select id::text from ${SCHEMA}.job where name = $1 and state = 'active' and id <> all ($2::uuid[])`,
      [name, [...inHand]],
    );
    if (rows.length === 0) return;
    const error: AttemptError = {
      errorType: 'Launcher.Ended',
      errorMessage: 'The launcher ended, or lost the event, before the function answered.',
    };
    const ids = rows.map(({ id }) => id);
    await this.#boss.fail(name, ids, error);
    await this.#boss.deleteStoredJobs(name);
  }

  async holdings(): Promise<Holding[]> {
    const { rows } = await this.#sql<Holding>(
      `select coalesce(case when name = $1 then source_name end, name) as name, name = $1 as dead,
              count(*)::int as events, sum(octet_length(data ->> 'event'))::float8 as bytes
       from ${SCHEMA}.job where data ? 'event' and state < 'completed' group by 1, 2`,
      [DEAD_LETTERS],
    );
    return rows;
  }

  /** Dead letters, oldest first. */
  async deadLetters({ name, requestId }: Which, most: number): Promise<DeadLetter[]> {
    const { rows } = await this.#sql<DeadLetter & { accepted: string }>(
      `select data ->> 'requestId' as "requestId", source_name as "functionName", created_on as "diedAt",
              data ->> 'acceptedAt' as accepted, source_retry_count + 1 as attempts,
              source_output as error, data ->> 'event' as event
       from ${SCHEMA}.job where ${WHICH} order by created_on, id limit $4`,
      [DEAD_LETTERS, name, requestId, most],
    );
    return rows.map(({ accepted, ...letter }) => ({ ...letter, acceptedAt: new Date(Number(accepted) / 1000) }));
  }

  /** Queues dead letters again, with all their attempts. Returns how many. */
  async resend({ name, requestId }: Which): Promise<number> {
    const filter = {
      createdBefore: new Date(),
      ...(name === undefined ? {} : { sourceName: name }),
      ...(requestId === undefined ? {} : { data: { requestId } }),
    };
    let sent = 0;
    for (;;) {
      const more = await this.#boss.redrive(DEAD_LETTERS, filter);
      if (more === 0) return sent;
      sent += more;
    }
  }

  /** Deletes dead letters. Returns how many. */
  async drop({ name, requestId }: Which): Promise<number> {
    const { rows } = await this.#sql<{ dropped: number }>(
      `with dropped as (delete from ${SCHEMA}.job where ${WHICH} returning id)
       select count(*)::int as dropped from dropped`,
      [DEAD_LETTERS, name, requestId],
    );
    return rows[0]?.dropped ?? 0;
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false });
  }

  async #makeQueues(names: readonly string[]): Promise<void> {
    const existing = new Set((await this.#boss.getQueues()).map(({ name }) => name));
    if (!existing.has(DEAD_LETTERS)) await this.#boss.createQueue(DEAD_LETTERS);
    for (const name of names) {
      if (existing.has(name)) continue;
      await this.#boss.createQueue(name, {
        deadLetter: DEAD_LETTERS,
        retryLimit: ATTEMPTS - 1,
        retryBackoff: true,
        retryDelay: FIRST_PAUSE_SECONDS,
        retryDelayMax: LONGEST_PAUSE_SECONDS,
        expireInSeconds: NEVER_EXPIRES_SECONDS,
      });
    }
  }

  #sql<Row>(text: string, values: unknown[] = []): Promise<{ rows: Row[] }> {
    return this.#boss.getDb().executeSql(text, values);
  }
}

/** Did Postgres reject the data itself (data exceptions, size limits)? Then a retry can't help. */
export const isIncurable = (error: unknown): boolean =>
  /^(22|54)/.test(String((error as { code?: unknown }).code ?? ''));
