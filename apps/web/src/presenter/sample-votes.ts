import { setTimeout as pause } from 'node:timers/promises';
import { env } from '../env.ts';
import { InvocationError } from '../invocation-error.ts';
import type { Receipt } from '../receipt.ts';
import { recordVote } from '../record-vote.ts';
import { newVoter } from '../voter.ts';

const ATTEMPTS = 20;

/** Casts a vote of a new voter as the vote route does; waits when it is throttled. */
export async function castSampleVote(): Promise<Receipt> {
  const voter = newVoter();
  const choice = anyOption();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await recordVote(voter, choice);
    } catch (error) {
      if (!(error instanceof InvocationError && error.kind === 'busy') || attempt === ATTEMPTS) throw error;
      await pause((Number(error.retryAfter) || 1) * (500 + Math.random() * 1000));
    }
  }
}

/** Each option is two thirds as likely as the one before: a clear order looks better than a tie. */
function anyOption(): string {
  const { options } = env().POLL;
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
