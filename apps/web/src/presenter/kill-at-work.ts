import { InvocationError } from '../invocation-error.ts';
import { killNext } from '../launcher.ts';
import { castSampleVote } from './sample-votes.ts';

/** What came of it: who was killed, and who recorded the vote instead. */
export type Kill = { killed: string; recordedBy: string; startKind: string; durationMs: number };

const VOTES = 5;

/** Has the next container of `record-vote` with a vote in hand killed, and casts votes until one was in such hands. */
export async function killAtWork(): Promise<Kill> {
  let over = false;
  const killing = killNext('record-vote').finally(() => {
    over = true;
  });
  // The vote below may fail first; then nobody waits for the kill.
  killing.catch(() => {});
  for (let vote = 1; vote <= VOTES; vote += 1) {
    const { containerId, startKind, durationMs } = await castSampleVote();
    // In a crowd somebody else's vote may have been hit: what we tell of is our own all the same.
    if (over || vote === VOTES) return { killed: await killing, recordedBy: containerId, startKind, durationMs };
  }
  throw new InvocationError('failed', 'No container was at work');
}
