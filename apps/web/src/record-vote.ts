import type { Receipt as Result, Vote } from '@serverless-vote/record-vote/contract';
import { invoke } from './launcher.ts';
import type { Receipt } from './receipt.ts';

/** Records a vote, which is committed when this returns. @param trace headers of the trace that it belongs to */
export async function recordVote(
  voterId: string,
  vote: Pick<Vote, 'choice' | 'poll'>,
  trace: Record<string, string> = {},
): Promise<Receipt> {
  const { result, ...how } = await invoke<Result>('record-vote', { voterId, ...vote }, trace);
  return { ...vote, recordedAt: result.recordedAt, ...how };
}
