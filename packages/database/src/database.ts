import { BACKOFF } from '@serverless-vote/contracts/backoff';
import pRetry from 'p-retry';
import type { Address } from './connection.ts';
import { EventQueue } from './event-queue.ts';
import { forgetVotes } from './forget-votes.ts';
import { type Left, prepareDatabase, restoreFunctionRoles } from './prepare.ts';
import { answers, probe } from './probe.ts';
import type { StartPolls } from './start-polls.ts';

const CONNECT_MS = 5_000;
const RESTORE_MS = 1_500;
const PROBE_EVERY_MS = 1_000;
/** How often the disk is checked while no function reports that it is full. */
const SPACE_EVERY_MS = 10_000;
/** The database may start a little later than the launcher. */
const PATIENCE = { ...BACKOFF, minTimeout: 25, maxTimeout: 1_000 };

/** What the launcher itself does with the database. After the preparation it holds no connection. */
export interface Database {
  /** Resolves when the schema and the poll are up to date, and the clock is past everything recorded. */
  readonly ready: { readonly isDone: boolean; readonly done: Promise<{ asyncEventsAreLeft: boolean }> };
  /** Does it accept connections at the moment? */
  answers(): Promise<boolean>;
  /** Does it let the owner in and answer? */
  isThere(): Promise<boolean>;
  /** Is there disk space to write? @param doubted functions report that there isn't, so it is checked more often */
  hasSpace(doubted: boolean): Promise<boolean>;
  /** @throws {VotesInUse} when a transaction holds the votes; Postgres' own error when it is unavailable */
  forgetVotes(): Promise<void>;
  /** Restores what a function has changed in its own role, and ends the sessions it has left running. */
  restoreRoles(): Promise<Left>;
  openQueue(names: readonly string[]): Promise<EventQueue>;
  /** Cancels the preparation if it is still waiting. */
  close(): void;
}

interface PostgresParts {
  polls: StartPolls;
  migrationsDir: string;
  /** Called with the highest acceptance time ever assigned. */
  resume(highestAcceptedAt: bigint): void;
  log: Record<'info' | 'warn', (details: object, event: string) => void>;
}

/** Starts to prepare the database at once, and retries until it succeeds, since the database may start later than the launcher. */
export function postgres(address: Address, { polls, migrationsDir, resume, log }: PostgresParts): Database {
  const stopping = new AbortController();
  const settings = { ...address, polls, migrationsDir, connectTimeoutMs: CONNECT_MS };
  const prepare = async () => {
    const { highestAcceptedAt, asyncEventsAreLeft } = await prepareDatabase(settings);
    resume(highestAcceptedAt);
    ready.isDone = true;
    log.info({ options: polls.poll.options.length }, 'database.ready');
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
    answers: () => answers(address),
    isThere: probe(address, 'isThere', PROBE_EVERY_MS),
    hasSpace: (doubted) => (doubted ? hasSpaceNow() : hadSpace()),
    forgetVotes: () => forgetVotes({ ...address, connectTimeoutMs: CONNECT_MS }),
    restoreRoles: () => restoreFunctionRoles({ ...address, connectTimeoutMs: RESTORE_MS }),
    openQueue: (names) => EventQueue.open(address, names),
    close: () => stopping.abort(),
  };
}

/** For a launcher whose functions use no database. */
export const noDatabase: Database = {
  ready: { isDone: true, done: Promise.resolve({ asyncEventsAreLeft: false }) },
  answers: async () => true,
  isThere: async () => true,
  hasSpace: async () => true,
  forgetVotes: async () => undefined,
  restoreRoles: async () => ({ roles: [], ended: 0, busy: 0 }),
  openQueue: () => Promise.reject(new Error('This launcher has no database.')),
  close: () => undefined,
};
