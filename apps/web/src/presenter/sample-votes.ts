import { setTimeout as pause } from 'node:timers/promises';
import type { Results } from '@serverless-vote/fetch-results/contract';
import { InvocationError } from '../invocation-error.ts';
import { pollNow } from '../poll-now.ts';
import type { Receipt } from '../receipt.ts';
import { recordVote } from '../record-vote.ts';
import { newVoter } from '../voter.ts';

const ATTEMPTS = 20;
/** Votes can't do without the question, so they wait for it as long as for being recorded. */
const PATIENCE_MS = 15_000;

/** Casts a vote of a new voter as the vote route does; waits when it is throttled. */
export async function castSampleVote(): Promise<Receipt> {
  const results = await pollNow(false, PATIENCE_MS);
  if (!results) throw new InvocationError('unavailable', 'The question can’t be read just now. Try again soon.');
  const voter = newVoter();
  const vote = { choice: anyOption(results), poll: results.poll.id };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await recordVote(voter, vote);
    } catch (error) {
      if (!(error instanceof InvocationError && error.kind === 'busy') || attempt === ATTEMPTS) throw error;
      await pause((Number(error.retryAfter) || 1) * (500 + Math.random() * 1000));
    }
  }
}

/** Each option is two thirds as likely as the one before: a clear order looks better than a tie. */
function anyOption({ options }: Results): string {
  const chosen = options.find(
    (_, index) => index < options.length - 1 && Math.random() < chance(options.length - index),
  );
  return (chosen ?? options.at(-1))?.id ?? '';
}

/** The probability of the first option. */
const chance = (count: number): number => {
  const others = Array.from({ length: count }, (_, index) => (2 / 3) ** index);
  return 1 / others.reduce((sum, each) => sum + each, 0);
};
