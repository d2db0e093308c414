import { afterEach, expect, test, vi } from 'vitest';
import { postVote } from './post-vote.ts';

afterEach(() => vi.unstubAllGlobals());

const answered = (status: number, body: string) => {
  vi.stubGlobal('fetch', async () => new Response(body, { status }));
  return postVote(
    { poll: 'p', choice: 'cats' },
    { traceId: '0'.repeat(32), patienceMs: 1_000, signal: new AbortController().signal },
  );
};

test.each([502, 503, 504])('a proxy’s empty %i is a loss, which the page tries again', async (status) => {
  expect(await answered(status, '')).toEqual({ kind: 'lost' });
});

test.each([
  [400, '<h1>Bad Request</h1>', { kind: 'failed' }],
  [502, '{"error":{"type":"VoteFailed"}}', { kind: 'failed' }],
  [503, '{"error":{"type":"VotingPaused"}}', { kind: 'paused' }],
  [429, '{"error":{"type":"TooManyVotes"}}', { kind: 'busy', seconds: 1 }],
  [200, '', { kind: 'failed' }],
])('%i with %j is what it says', async (status, body, answer) => {
  expect(await answered(status, body)).toEqual(answer);
});
