import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Poll } from '@serverless-vote/contracts/poll';
import {
  type Address,
  askDatabase,
  forgetVotes as forget,
  prepareDatabase,
  type Question,
  restoreFunctionRoles,
  VotesInUse,
} from '@serverless-vote/database';
import type { Logger } from 'pino';
import type { AcceptanceClock } from './model/acceptance-clock.ts';
import { LauncherError } from './model/errors.ts';
import type { Preparation, Prepared, Votes } from './model/preparation.ts';

const PORT = 5432;
const CONNECT_TIMEOUT_MS = 5_000;
const PROBE_EVERY_MS = 1_000;
const PROBE_TIMEOUT_MS = 1_500;
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DISK_FULL = '53100';
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Brings the database to this version's schema and poll, and the clock past everything recorded; tries until it succeeds,
 * since the database may start later than the launcher. After that the launcher keeps no connection.
 */
export function prepare(
  database: Address,
  poll: Poll,
  migrationsDir: string,
  clock: AcceptanceClock,
  votes: Votes,
  log: Logger,
  signal: AbortSignal,
): Preparation {
  const preparation = {
    isDone: false,
    done: tryUntilDone(database, poll, migrationsDir, clock, votes, log, signal),
  };
  preparation.done.then(() => {
    preparation.isDone = !signal.aborted;
  });
  return preparation;
}

/** Does the database take connections now? Says nothing to it, so that it has no session to make. */
export function databaseAnswers({ host }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${PORT}`) : net.connect(PORT, host);
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(1_000, () => answer(false));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/**
 * Asks the database a question, and so learns whether votes can be recorded now: unlike `databaseAnswers` it isn't satisfied with a
 * Postgres that recovers, or hangs. However many ask, it is asked once in `everyMs` at most; when nobody asks, never.
 */
export function databaseProbe(database: Address, question: Question, everyMs = PROBE_EVERY_MS): () => Promise<boolean> {
  let last: { at: number; answer: Promise<boolean> } | undefined;
  return () => {
    if (last === undefined || performance.now() - last.at > everyMs) {
      const asked = askDatabase(question, { ...database, connectTimeoutMs: PROBE_TIMEOUT_MS });
      const answer = asked.then(
        () => true,
        // One that has no time just now has space, as far as anybody knows.
        (error: unknown) => question === 'hasSpace' && (error as { code?: string }).code !== DISK_FULL,
      );
      last = { at: performance.now(), answer };
    }
    return last.answer;
  };
}

/** Forgets every vote. @throws {LauncherError} ServiceException when the database is away, or somebody keeps the votes */
export async function forgetVotes(database: Address, votes: Votes): Promise<void> {
  try {
    votes.since = await forget({ ...database, connectTimeoutMs: CONNECT_TIMEOUT_MS });
  } catch (error) {
    const why =
      error instanceof VotesInUse
        ? 'A function keeps a transaction open that has voted; it ends with its container, at its deadline.'
        : 'The database is away.';
    throw new LauncherError('ServiceException', `${why} Every vote is still there; try again soon.`, {
      retryAfterSeconds: 2,
      cause: error,
    });
  }
}

/** Puts right what a function has changed of its own role. @returns the roles that were not as they should be */
export const restoreRoles = (database: Address): Promise<string[]> =>
  restoreFunctionRoles({ ...database, connectTimeoutMs: PROBE_TIMEOUT_MS });

async function tryUntilDone(
  database: Address,
  poll: Poll,
  migrationsDir: string,
  clock: AcceptanceClock,
  votes: Votes,
  log: Logger,
  signal: AbortSignal,
): Promise<Prepared> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      const { highestAcceptedAt, votesSince, asyncEventsAreLeft } = await prepareDatabase({
        ...database,
        migrationsDir,
        ...poll,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
      });
      clock.resume(highestAcceptedAt);
      votes.since = votesSince;
      log.info({ options: poll.options.length }, 'database.ready');
      return { asyncEventsAreLeft };
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'database.waiting');
      await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    }
  }
  return { asyncEventsAreLeft: false };
}
