import type { InvocationContext } from '@serverless-vote/runtime';
import type { BallotBox } from './ballot-box.ts';
import { parseVote, type Receipt, UnknownOption } from './contract.ts';

/** Records a vote. An answer means that it is committed; the same event again changes nothing. */
export async function recordVote(
  event: unknown,
  { acceptedAt }: Pick<InvocationContext, 'acceptedAt'>,
  ballotBox: BallotBox,
): Promise<Receipt> {
  const vote = parseVote(event);
  const recordedAt = await ballotBox.record({ ...vote, acceptedAt });
  if (!recordedAt) throw new UnknownOption(vote.choice);
  return { ...vote, recordedAt: recordedAt.toISOString() };
}
