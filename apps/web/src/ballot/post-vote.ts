import { traceparentFor } from '@serverless-vote/contracts/trace-context';
import type { Receipt } from '../receipt.ts';

/** What came of one attempt to vote. */
export type Answer =
  | { kind: 'recorded'; receipt: Receipt }
  /** Too many at once, or too many from one address. */
  | { kind: 'busy' | 'limited'; seconds: number }
  | { kind: 'paused' }
  | { kind: 'failed' }
  /** No answer at all: the network, or a server that is just restarting. */
  | { kind: 'lost' };

/** Longer than the server takes to give up by itself. */
const TIMEOUT_MS = 30_000;

/** Posts a vote once. @param traceId the same for every attempt at one vote */
export async function postVote(choice: string, traceId: string): Promise<Answer> {
  try {
    const response = await fetch('/vote', {
      method: 'POST',
      headers: { accept: 'application/json', traceparent: traceparentFor(traceId) },
      body: new URLSearchParams({ choice }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return { kind: 'recorded', receipt: await response.json() };
    const { error } = await response.json();
    if (response.status === 429) {
      const seconds = Number(response.headers.get('retry-after')) || 1;
      // The vote route says the one, the gateway the other.
      return { kind: error.type === 'TooManyVotes' ? 'busy' : 'limited', seconds };
    }
    if (error.type === 'VotingPaused') return { kind: 'paused' };
    // A server that leaves just now, or doesn't come up: the gateway says so, not the vote route.
    return { kind: response.status === 503 || response.status === 504 ? 'lost' : 'failed' };
  } catch (error) {
    return { kind: error instanceof SyntaxError ? 'failed' : 'lost' };
  }
}
