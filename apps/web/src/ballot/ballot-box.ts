import { newTraceId } from '@serverless-vote/contracts/trace-context';
import type { Receipt } from '../receipt.ts';
import { isVotingPaused, onceVotingGoesOn } from './once-voting-goes-on.ts';
import { type Answer, postVote } from './post-vote.ts';
import type { Status } from './status.ts';

/** After this many failed attempts in a row the voter has to decide. */
const BUSY_ATTEMPTS = 20;
const LOST_ATTEMPTS = 4;
/**
 * An attempt without an answer is given up after this long, and repeated. It may have been recorded all the same: the same voter's vote
 * counts once. The next ones have more time, so that a server that is merely slow isn't asked for ever.
 */
const PATIENCE_MS = 5_000;
/** Longer than the server's own time-outs. */
const LONGEST_PATIENCE_MS = 30_000;

/** A ballot box's dependencies; tests replace them. */
export type World = {
  post(choice: string, traceId: string, patienceMs: number): Promise<Answer>;
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
 * Sends votes so that the last one counts: one request at a time, always with the latest choice, so the network
 * can't reorder two taps. `tell` is called with each status.
 */
export function openBallotBox(tell: (status: Status, receipt?: Receipt) => void, world: World = browser) {
  let wish: string;
  let traceId: string;
  let sending = false;
  let attempts = 0;
  /** What the vote waits for, if it does. */
  let trouble: Status | undefined;

  /** Keeps the vote until it can be sent. A tap meanwhile changes the vote, and not what it waits for. */
  async function hold(status: Status, until: Promise<unknown>): Promise<void> {
    trouble = status;
    tell(status);
    await until;
    trouble = undefined;
    tell({ kind: 'sending' });
  }

  /** While the database is away a vote waits in the launcher, for longer than we do. Then the page says why it takes so long. */
  async function sayIfPaused(): Promise<void> {
    const attempt = attempts;
    if ((await world.isPaused()) && sending && attempts === attempt + 1) tell({ kind: 'held' });
  }

  async function send(): Promise<void> {
    let turnedAway = 0;
    let lost = 0;
    for (;;) {
      const choice = wish;
      attempts += 1;
      const patienceMs = Math.min(LONGEST_PATIENCE_MS, PATIENCE_MS * 3 ** lost);
      const answer = await world.post(choice, traceId, patienceMs);
      if (answer.kind === 'recorded') {
        if (choice === wish) return tell({ kind: 'recorded' }, answer.receipt);
      } else if (answer.kind === 'busy' || answer.kind === 'limited') {
        if (++turnedAway === BUSY_ATTEMPTS) return tell({ kind: 'failed', problem: 'busy' });
        tell({ kind: answer.kind, seconds: answer.seconds });
        await world.wait(answer.seconds);
      } else if (answer.kind === 'paused') {
        await hold({ kind: 'held' }, world.votingGoesOn());
        lost = 0;
      } else if (answer.kind === 'lost' && !world.isOnline()) {
        await hold({ kind: 'offline' }, world.backOnline());
      } else if (answer.kind === 'lost' || answer.kind === 'silent') {
        if (++lost === LOST_ATTEMPTS) return tell({ kind: 'failed', problem: 'unreachable' });
        tell({ kind: 'reconnecting' });
        if (answer.kind === 'lost') await world.wait(lost);
        else void sayIfPaused();
      } else {
        return tell({ kind: 'failed', problem: answer.kind });
      }
    }
  }

  return {
    cast(choice: string): void {
      wish = choice;
      traceId = newTraceId();
      tell(trouble ?? { kind: 'sending' });
      if (sending) return;
      sending = true;
      send().finally(() => {
        sending = false;
      });
    },
  };
}
