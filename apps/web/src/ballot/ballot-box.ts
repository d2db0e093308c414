import { newTraceId } from '@serverless-vote/contracts/trace-context';
import type { Receipt } from '../receipt.ts';
import { type Answer, postVote } from './post-vote.ts';
import type { Status } from './status.ts';

/** After so many attempts in a row that were turned away or got lost, the voter decides how to go on. */
const BUSY_ATTEMPTS = 20;
const LOST_ATTEMPTS = 4;

/** What the outside world is to a ballot box; tests put in their own. */
type World = {
  post(choice: string, traceId: string): Promise<Answer>;
  wait(seconds: number): Promise<unknown>;
  isOnline(): boolean;
  backOnline(): Promise<unknown>;
};

const browser: World = {
  post: postVote,
  // Spread a little, so that a room that was turned away together doesn't come back together.
  wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * (1000 + Math.random() * 300))),
  isOnline: () => navigator.onLine,
  backOnline: () => new Promise((resolve) => addEventListener('online', resolve, { once: true })),
};

/**
 * Takes votes and sees to it that the last one counts: one request at a time, always with the latest wish, so no
 * network can swap two taps. `tell` hears how it goes.
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
