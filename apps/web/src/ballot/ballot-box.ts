import { newTraceId } from '@serverless-vote/contracts/trace-context';
import type { Receipt } from '../receipt.ts';
import { isVotingPaused, onceVotingGoesOn } from './once-voting-goes-on.ts';
import { type Answer, type Attempt, postVote, type Vote } from './post-vote.ts';
import type { Status } from './status.ts';

/** After this many failed attempts the voter has to decide. Those that are lost, at once or in silence, take two minutes: longer than an upgrade. */
const BUSY_ATTEMPTS = 20;
const LOST_ATTEMPTS = 24;
const SILENT_ATTEMPTS = 6;
/** The longest wait after an attempt that was lost. */
const LOST_SECONDS = 5;
/**
 * An attempt without an answer is given up after this long, and repeated. It may have been recorded all the same: the same voter's vote
 * counts once. The next ones have more time, so that a server that is merely slow isn't asked for ever.
 */
const PATIENCE_MS = 5_000;
/** Longer than the server's own time-outs. */
const LONGEST_PATIENCE_MS = 30_000;

/** A ballot box's dependencies; tests replace them. */
export type World = {
  post(vote: Vote, attempt: Attempt): Promise<Answer>;
  wait(seconds: number): Promise<unknown>;
  isOnline(): boolean;
  backOnline(): Promise<unknown>;
  isPaused(): Promise<boolean>;
  votingGoesOn(): Promise<unknown>;
};

const browser: World = {
  post: postVote,
  // Jitter, so that clients that were throttled at the same time don't retry at the same time.
  wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * (1000 + Math.random() * 300))),
  isOnline: () => navigator.onLine,
  backOnline: () => new Promise((resolve) => addEventListener('online', resolve, { once: true })),
  isPaused: () => isVotingPaused().catch(() => false),
  votingGoesOn: () => new Promise<void>(onceVotingGoesOn),
};

/**
 * Sends a voter's votes in one poll so that the last one counts: one request at a time, always with the latest choice, so the network
 * can't reorder two taps. `tell` is called with each status.
 */
export function openBallotBox(
  poll: string,
  tell: (status: Status, receipt?: Receipt) => void,
  world: World = browser,
): BallotBox {
  let wish: string;
  let traceId: string;
  let sending = false;
  let attempts = 0;
  /** What the vote waits for, if it does. */
  let trouble: Status | undefined;
  /** An attempt got no answer, so the vote may have been recorded. */
  let unsure = false;
  const closing = new AbortController();
  const leaving = new AbortController();
  const isClosed = () => closing.signal.aborted;
  const closed = new Promise((resolve) => closing.signal.addEventListener('abort', resolve));

  /** Waits, but not beyond the end of voting. */
  const waitFor = (end: Promise<unknown>) => Promise.race([end, closed]);

  /** Keeps the vote until it can be sent. A tap meanwhile changes the vote, and not what it waits for. */
  async function hold(status: Status, until: Promise<unknown>): Promise<void> {
    trouble = status;
    tell(status);
    await waitFor(until);
    trouble = undefined;
    if (!isClosed()) tell({ kind: 'sending' });
  }

  /** While the database is away a vote waits in the launcher, for longer than we do. Then the page says why it takes so long. */
  async function sayIfPaused(): Promise<void> {
    const attempt = attempts;
    if ((await world.isPaused()) && sending && attempts === attempt + 1 && !isClosed()) tell({ kind: 'held' });
  }

  async function send(): Promise<void> {
    let turnedAway = 0;
    let lost = 0;
    let silent = 0;
    unsure = false;
    do {
      const choice = wish;
      attempts += 1;
      const patienceMs = Math.min(LONGEST_PATIENCE_MS, PATIENCE_MS * 3 ** silent);
      const answer = await world.post({ poll, choice }, { traceId, patienceMs, signal: leaving.signal });
      if (leaving.signal.aborted) return;
      if (answer.kind === 'recorded') {
        if (choice === wish) return tell({ kind: 'recorded' }, answer.receipt);
        unsure = false;
        // The newer choice would be too late.
        if (isClosed()) return tell({ kind: 'late', unsure }, answer.receipt);
      } else if (answer.kind === 'closed') {
        return tell({ kind: 'late', unsure });
      } else if (answer.kind === 'busy' || answer.kind === 'limited') {
        // An attempt before may have been recorded, and its answer lost.
        if (++turnedAway === BUSY_ATTEMPTS) return tell({ kind: 'failed', problem: unsure ? 'failed' : 'busy' });
        if (isClosed()) break;
        tell({ kind: answer.kind, seconds: answer.seconds });
        await waitFor(world.wait(answer.seconds));
      } else if (answer.kind === 'paused') {
        await hold({ kind: 'held' }, world.votingGoesOn());
        lost = 0;
        silent = 0;
      } else if (answer.kind === 'lost' && !world.isOnline()) {
        unsure = true;
        await hold({ kind: 'offline' }, world.backOnline());
      } else if (answer.kind === 'lost' || answer.kind === 'silent') {
        unsure = true;
        if (isClosed()) break;
        const isGivenUp = answer.kind === 'lost' ? ++lost === LOST_ATTEMPTS : ++silent === SILENT_ATTEMPTS;
        if (isGivenUp) return tell({ kind: 'failed', problem: 'unreachable' });
        tell({ kind: 'reconnecting' });
        if (answer.kind === 'lost') await waitFor(world.wait(Math.min(lost, LOST_SECONDS)));
        else void sayIfPaused();
      } else {
        return tell({ kind: 'failed', problem: answer.kind });
      }
    } while (!isClosed());
    if (!leaving.signal.aborted) tell({ kind: 'late', unsure });
  }

  return {
    cast(choice) {
      if (isClosed()) return;
      wish = choice;
      traceId = newTraceId();
      tell(trouble ?? { kind: 'sending' });
      if (sending) return;
      sending = true;
      send().finally(() => {
        sending = false;
      });
    },
    close: () => closing.abort(),
    abandon() {
      leaving.abort();
      closing.abort();
      return sending;
    },
  };
}

export interface BallotBox {
  cast(choice: string): void;
  /** Voting has ended: the attempt under way is the last one, and may still have been accepted in time. */
  close(): void;
  /** The page shows another poll: nothing is sent or told any more. @returns whether a vote was under way */
  abandon(): boolean;
}
