import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Poll } from '@serverless-vote/contracts/poll';
import {
  type Address,
  askDatabase,
  forgetVotes,
  prepareDatabase,
  type Question,
  restoreFunctionRoles,
  VotesInUse,
} from '@serverless-vote/database';
import { EventQueue } from '@serverless-vote/database/event-queue';
import type { Logger } from 'pino';
import type { AcceptanceClock } from './model/acceptance-clock.ts';
import { LauncherError } from './model/errors.ts';
import type { Preparation, Prepared, Votes } from './model/preparation.ts';

const PORT = 5432;
const CONNECT_TIMEOUT_MS = 5_000;
const PROBE_EVERY_MS = 1_000;
const PROBE_TIMEOUT_MS = 1_500;
/** When no function complains of it. */
const SPACE_EVERY_MS = 10_000;
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DISK_FULL = '53100';
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** What the launcher itself does with the database. After the preparation it keeps no connection. */
export interface Database {
  /** This version's schema and poll, and the clock past everything recorded. */
  readonly ready: Preparation;
  readonly votes: Votes;
  /** Does it take connections now? Says nothing to it, so that it has no session to make. */
  answers(): Promise<boolean>;
  /** Does it let the owner in and answer? */
  isThere(): Promise<boolean>;
  /** Has it space to write? @param doubted functions complain of it, so it is asked more often */
  hasSpace(doubted: boolean): Promise<boolean>;
  /** Forgets every vote. @throws {LauncherError} ServiceException when the database is away, or somebody keeps the votes */
  forgetVotes(): Promise<void>;
  /** Restores what a function has changed of its own role. @returns the roles that were not as they should be */
  restoreRoles(): Promise<string[]>;
  openQueue(names: readonly string[]): Promise<EventQueue>;
  /** Ends the preparation, if it still waits. */
  close(): void;
}

interface PostgresParts {
  poll: Poll;
  migrationsDir: string;
  clock: AcceptanceClock;
  log: Logger;
}

/** Prepares the database at once, and tries until it succeeds, since it may start later than the launcher. */
export function postgres(address: Address, parts: PostgresParts): Database {
  const stopping = new AbortController();
  const votes: Votes = { since: undefined };
  const ready = { isDone: false, done: prepare(address, parts, votes, stopping.signal) };
  void ready.done.then(() => {
    ready.isDone = !stopping.signal.aborted;
  });
  const soon = { ...address, connectTimeoutMs: PROBE_TIMEOUT_MS };
  const hasSpaceNow = probe(soon, 'hasSpace', PROBE_EVERY_MS);
  const hadSpace = probe(soon, 'hasSpace', SPACE_EVERY_MS);
  return {
    ready,
    votes,
    answers: () => answers(address),
    isThere: probe(soon, 'isThere', PROBE_EVERY_MS),
    hasSpace: (doubted) => (doubted ? hasSpaceNow() : hadSpace()),
    async forgetVotes() {
      votes.since = await forgetVotes({ ...address, connectTimeoutMs: CONNECT_TIMEOUT_MS }).catch(explain);
    },
    restoreRoles: () => restoreFunctionRoles(soon),
    openQueue: (names) => EventQueue.open(address, names),
    close: () => stopping.abort(),
  };
}

/** For a launcher whose functions need none. */
export const noDatabase: Database = {
  ready: { isDone: true, done: Promise.resolve({ asyncEventsAreLeft: false }) },
  votes: { since: undefined },
  answers: async () => true,
  isThere: async () => true,
  hasSpace: async () => true,
  forgetVotes: async () => undefined,
  restoreRoles: async () => [],
  openQueue: () => Promise.reject(new Error('This launcher has no database.')),
  close: () => undefined,
};

async function prepare(
  address: Address,
  { poll, migrationsDir, clock, log }: PostgresParts,
  votes: Votes,
  signal: AbortSignal,
): Promise<Prepared> {
  const settings = { ...address, ...poll, migrationsDir, connectTimeoutMs: CONNECT_TIMEOUT_MS };
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      const { highestAcceptedAt, votesSince, asyncEventsAreLeft } = await prepareDatabase(settings);
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

function answers({ host }: Address): Promise<boolean> {
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

/** However many ask, the database is asked once in `everyMs` at most; when nobody asks, never. */
function probe(connection: Address & { connectTimeoutMs: number }, question: Question, everyMs: number) {
  let last: { at: number; answer: Promise<boolean> } | undefined;
  return (): Promise<boolean> => {
    if (last === undefined || performance.now() - last.at > everyMs) {
      const answer = askDatabase(question, connection).then(
        () => true,
        // One that has no time just now has space, as far as anybody knows.
        (error: unknown) => question === 'hasSpace' && (error as { code?: string }).code !== DISK_FULL,
      );
      last = { at: performance.now(), answer };
    }
    return last.answer;
  };
}

function explain(error: unknown): never {
  const why =
    error instanceof VotesInUse
      ? 'A function keeps a transaction open that has voted; it ends with its container, at its deadline.'
      : 'The database is away.';
  throw new LauncherError('ServiceException', `${why} Every vote is still there; try again soon.`, {
    retryAfterSeconds: 2,
    cause: error,
  });
}
