import { traceparentFor } from '@serverless-vote/contracts/trace-context';
import type { Receipt } from '../receipt.ts';

/** The outcome of one attempt to vote. */
export type Answer =
  | { kind: 'recorded'; receipt: Receipt }
  /** Throttled: too many votes at the same time, or too many from one address. */
  | { kind: 'busy' | 'limited'; seconds: number }
  | { kind: 'paused' }
  | { kind: 'failed' }
  /** The network is down, or the server is restarting. */
  | { kind: 'lost' }
  /** No answer in time. */
  | { kind: 'silent' };

/** Posts a vote once. @param traceId the same for every attempt at one vote @param patienceMs how long to wait for the answer */
export async function postVote(choice: string, traceId: string, patienceMs: number): Promise<Answer> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), patienceMs);
  try {
    const response = await fetch('/vote', {
      method: 'POST',
      headers: { accept: 'application/json', traceparent: traceparentFor(traceId) },
      body: new URLSearchParams({ choice }),
      signal: giveUp.signal,
    });
    if (response.ok) return { kind: 'recorded', receipt: await response.json() };
    const { error } = await response.json();
    if (response.status === 429) {
      const seconds = Number(response.headers.get('retry-after')) || 1;
      // The vote route sends one of these, the gateway the other.
      return { kind: error.type === 'TooManyVotes' ? 'busy' : 'limited', seconds };
    }
    if (error.type === 'VotingPaused') return { kind: 'paused' };
    // Web is stopping, or can't be started: this answer is the gateway's, not the vote route's.
    return { kind: response.status === 503 || response.status === 504 ? 'lost' : 'failed' };
  } catch (error) {
    if (giveUp.signal.aborted) return { kind: 'silent' };
    return { kind: error instanceof SyntaxError ? 'failed' : 'lost' };
  } finally {
    clearTimeout(timer);
  }
}
