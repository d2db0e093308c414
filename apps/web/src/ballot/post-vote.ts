import { traceparentFor } from '@serverless-vote/contracts/trace-context';
import type { Receipt } from '../receipt.ts';

/** The outcome of one attempt to vote. */
export type Answer =
  | { kind: 'recorded'; receipt: Receipt }
  /** Throttled: too many votes at the same time, or too many from one address. */
  | { kind: 'busy' | 'limited'; seconds: number }
  | { kind: 'paused' }
  /** The vote was for a poll that isn't open. */
  | { kind: 'closed' }
  | { kind: 'failed' }
  /** The network is down, or the server is restarting. */
  | { kind: 'lost' }
  /** No answer in time. */
  | { kind: 'silent' };

/** A choice, and the poll whose options the voter saw. */
export type Vote = { poll: string; choice: string };

/** `traceId`: the same for every attempt at one vote. `patienceMs`: how long to wait for the answer. `signal`: the voter has left the poll. */
export type Attempt = { traceId: string; patienceMs: number; signal: AbortSignal };

/** Posts a vote once. */
export async function postVote(vote: Vote, { traceId, patienceMs, signal }: Attempt): Promise<Answer> {
  const giveUp = new AbortController();
  const abort = () => giveUp.abort();
  const timer = setTimeout(abort, patienceMs);
  signal.addEventListener('abort', abort);
  try {
    const response = await fetch('/vote', {
      method: 'POST',
      headers: { accept: 'application/json', traceparent: traceparentFor(traceId) },
      body: new URLSearchParams(vote),
      signal: giveUp.signal,
    });
    if (response.ok) return { kind: 'recorded', receipt: await response.json() };
    const answer = await response.json().catch(() => undefined);
    // Without a word of ours: a proxy, while the launcher behind it is being replaced.
    if (!answer) return { kind: response.status >= 502 && response.status <= 504 ? 'lost' : 'failed' };
    const { error } = answer;
    if (response.status === 429) {
      const seconds = Number(response.headers.get('retry-after')) || 1;
      // The vote route sends one of these, the gateway the other.
      return { kind: error.type === 'TooManyVotes' ? 'busy' : 'limited', seconds };
    }
    if (error.type === 'PollClosed') return { kind: 'closed' };
    if (error.type === 'VotingPaused') return { kind: 'paused' };
    // Web is stopping, or can't be started: this answer is the gateway's, not the vote route's.
    return { kind: response.status === 503 || response.status === 504 ? 'lost' : 'failed' };
  } catch (error) {
    if (giveUp.signal.aborted) return { kind: 'silent' };
    return { kind: error instanceof SyntaxError ? 'failed' : 'lost' };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
