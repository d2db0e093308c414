import { BACKOFF } from '@serverless-vote/contracts/backoff';
import type { Poll } from '@serverless-vote/contracts/poll';
import pRetry from 'p-retry';
import type { Address } from './connection.ts';
import { EventQueue } from './event-queue.ts';
import { forgetVotes } from './forget-votes.ts';
import { type Left, prepareDatabase, restoreFunctionRoles } from './prepare.ts';
import { answers, probe } from './probe.ts';

const CONNECT_MS = 5_000;
const RESTORE_MS = 1_500;
const PROBE_EVERY_MS = 1_000;
/** When no function complains of it. */
const SPACE_EVERY_MS = 10_000;
/** The database may start a little later than the launcher. */
const PATIENCE = { ...BACKOFF, minTimeout: 25, maxTimeout: 1_000 };

/** What the launcher itself does with the database. After the preparation it keeps no connection. */
export interface Database {
  /** This version's schema and poll, and the clock past everything recorded. */
  readonly ready: { readonly isDone: boolean; readonly done: Promise<{ asyncEventsAreLeft: boolean }> };
  /** Since when votes are kept; unknown until the database has said so. */
  readonly votes: { since: Date | undefined };
  /** Does it take connections now? */
  answers(): Promise<boolean>;
  /** Does it let the owner in and answer? */
  isThere(): Promise<boolean>;
  /** Has it space to write? @param doubted functions complain of it, so it is asked more often */
  hasSpace(doubted: boolean): Promise<boolean>;
  /** @throws {VotesInUse} when somebody keeps the votes; whatever Postgres says when it is away */
  forgetVotes(): Promise<void>;
  /** Restores what a function has changed of its own role, and ends what it has left running. */
  restoreRoles(): Promise<Left>;
  openQueue(names: readonly string[]): Promise<EventQueue>;
  /** Ends the preparation, if it still waits. */
  close(): void;
}

interface PostgresParts {
  poll: Poll;
  migrationsDir: string;
  /** Told the highest place in the order of acceptance that was ever given. */
  resume(highestAcceptedAt: bigint): void;
  log: Record<'info' | 'warn', (details: object, event: string) => void>;
}

/** Prepares the database at once, and tries until it succeeds, since it may start later than the launcher. */
export function postgres(address: Address, { poll, migrationsDir, resume, log }: PostgresParts): Database {
  const stopping = new AbortController();
  const votes: Database['votes'] = { since: undefined };
  const settings = { ...address, ...poll, migrationsDir, connectTimeoutMs: CONNECT_MS };
  const prepare = async () => {
    const { highestAcceptedAt, votesSince, asyncEventsAreLeft } = await prepareDatabase(settings);
    resume(highestAcceptedAt);
    votes.since = votesSince;
    ready.isDone = true;
    log.info({ options: poll.options.length }, 'database.ready');
    return { asyncEventsAreLeft };
  };
  const ready = {
    isDone: false,
    done: pRetry(prepare, {
      ...PATIENCE,
      signal: stopping.signal,
      onFailedAttempt: ({ error }) => log.warn({ error: error.message }, 'database.waiting'),
    }).catch(() => ({ asyncEventsAreLeft: false })),
  };
  const hasSpaceNow = probe(address, 'hasSpace', PROBE_EVERY_MS);
  const hadSpace = probe(address, 'hasSpace', SPACE_EVERY_MS);
  return {
    ready,
    votes,
    answers: () => answers(address),
    isThere: probe(address, 'isThere', PROBE_EVERY_MS),
    hasSpace: (doubted) => (doubted ? hasSpaceNow() : hadSpace()),
    async forgetVotes() {
      votes.since = await forgetVotes({ ...address, connectTimeoutMs: CONNECT_MS });
    },
    restoreRoles: () => restoreFunctionRoles({ ...address, connectTimeoutMs: RESTORE_MS }),
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
  restoreRoles: async () => ({ roles: [], ended: 0, busy: 0 }),
  openQueue: () => Promise.reject(new Error('This launcher has no database.')),
  close: () => undefined,
};
