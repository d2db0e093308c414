import type { Receipt as Result } from '@serverless-vote/record-vote/contract';
import { invoke } from './launcher.ts';
import type { Receipt } from './receipt.ts';

/** Records a vote, which is committed when this returns. @param trace headers of the trace that it belongs to */
export async function recordVote(
  voterId: string,
  choice: string,
  trace: Record<string, string> = {},
): Promise<Receipt> {
  const { result, ...how } = await invoke<Result>('record-vote', { voterId, choice }, trace);
  return { choice, recordedAt: result.recordedAt, ...how };
}
