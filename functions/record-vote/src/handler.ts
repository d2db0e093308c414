import type { InvocationContext } from '@serverless-vote/runtime';
import type { BallotBox } from './ballot-box.ts';
import { PollClosed, parseVote, type Receipt, UnknownOption } from './contract.ts';

/** Records a vote. When it returns, the vote is committed. Idempotent: the same event again changes nothing. */
export async function recordVote(
  event: unknown,
  { acceptedAt }: Pick<InvocationContext, 'acceptedAt'>,
  ballotBox: BallotBox,
): Promise<Receipt> {
  const vote = parseVote(event);
  const entry = await ballotBox.record({ ...vote, acceptedAt });
  if (entry.refusal !== null)
    throw entry.refusal === 'closed' ? new PollClosed(vote.poll) : new UnknownOption(vote.choice);
  return { ...vote, recordedAt: entry.recorded_at };
}

/** Runs the whole path of a vote for an option that can't exist (its ID is empty), so nothing is recorded. */
export async function rehearse(ballotBox: BallotBox): Promise<unknown> {
  const vote = parseVote({ voterId: '00000000-0000-0000-0000-000000000000', choice: 'rehearsal' });
  return { ...vote, ...(await ballotBox.record({ ...vote, choice: '', acceptedAt: 1n })) };
}
