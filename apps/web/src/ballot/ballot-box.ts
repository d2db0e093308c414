import { newTraceId } from '@serverless-vote/contracts/trace-context';
import type { Receipt } from '../receipt.ts';
import { type Answer, postVote } from './post-vote.ts';
import type { Status } from './status.ts';

/** After this many failed attempts in a row the voter has to decide. */
const BUSY_ATTEMPTS = 20;
const LOST_ATTEMPTS = 4;

/** A ballot box's dependencies; tests replace them. */
type World = {
  post(choice: string, traceId: string): Promise<Answer>;
  wait(seconds: number): Promise<unknown>;
  isOnline(): boolean;
  backOnline(): Promise<unknown>;
};

const browser: World = {
  post: postVote,
  // Jitter, so that clients that were throttled at the same time don't retry at the same time.
  wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * (1000 + Math.random() * 300))),
  isOnline: () => navigator.onLine,
  backOnline: () => new Promise((resolve) => addEventListener('online', resolve, { once: true })),
};

/**
 * Sends votes so that the last one counts: one request at a time, always with the latest choice, so the network
 * can't reorder two taps. `tell` is called with each status.
 */
export function openBallotBox(tell: (status: Status, receipt?: Receipt) => void, world: World = browser) {
  let wish: string;
  let traceId: string;
  let sending = false;

  async function send(): Promise<void> {
    let turnedAway = 0;
    let lost = 0;
    for (;;) {
      const choice = wish;
      const answer = await world.post(choice, traceId);
      if (answer.kind === 'recorded') {
        if (choice === wish) return tell({ kind: 'recorded' }, answer.receipt);
      } else if (answer.kind === 'busy' || answer.kind === 'limited') {
        if (++turnedAway === BUSY_ATTEMPTS) return tell({ kind: 'failed', problem: 'busy' });
        tell({ kind: answer.kind, seconds: answer.seconds });
        await world.wait(answer.seconds);
      } else if (answer.kind === 'lost') {
        if (!world.isOnline()) {
          tell({ kind: 'offline' });
          await world.backOnline();
        } else {
          if (++lost === LOST_ATTEMPTS) return tell({ kind: 'failed', problem: 'unreachable' });
          tell({ kind: 'reconnecting' });
          await world.wait(lost);
        }
      } else {
        return tell({ kind: 'failed', problem: answer.kind });
      }
    }
  }

  return {
    cast(choice: string): void {
      wish = choice;
      traceId = newTraceId();
      tell({ kind: 'sending' });
      if (sending) return;
      sending = true;
      send().finally(() => {
        sending = false;
      });
    },
  };
}
