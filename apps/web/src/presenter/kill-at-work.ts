import { InvocationError } from '../invocation-error.ts';
import { killNext } from '../launcher.ts';
import { castSampleVote } from './sample-votes.ts';

/** The result: which container was killed, and which one recorded the vote instead. */
export type Kill = { killed: string; recordedBy: string; startKind: string; durationMs: number };

const VOTES = 5;

/** Kills the next container of `record-vote` with a vote in flight, and casts votes until that happens. */
export async function killAtWork(): Promise<Kill> {
  let over = false;
  const killing = killNext('record-vote').finally(() => {
    over = true;
  });
  // The vote below may fail first; then nothing awaits the kill.
  killing.catch(() => {});
  for (let vote = 1; vote <= VOTES; vote += 1) {
    const { containerId, startKind, durationMs } = await castSampleVote();
    // In a crowd, another voter's vote may have been hit; the receipt shown is still that of our own vote.
    if (over || vote === VOTES) return { killed: await killing, recordedBy: containerId, startKind, durationMs };
  }
  throw new InvocationError('failed', 'No container was busy in time');
}
