import { presenterOnly } from '../../../presenter/presenter-only.ts';
import { castSampleVote } from '../../../presenter/sample-votes.ts';

const COUNTS = [1, 10, 100];

/** Casts the given number of votes of new voters, all at the same time, like a room. */
export const POST = presenterOnly(async (request) => {
  const { count } = (await request.json().catch(() => ({}))) as { count?: unknown };
  if (typeof count !== 'number' || !COUNTS.includes(count)) throw new RangeError(`Cast ${COUNTS.join(', ')} votes`);
  const from = performance.now();
  const receipts = await Promise.all(Array.from({ length: count }, castSampleVote));
  return {
    votes: receipts.length,
    containers: new Set(receipts.map(({ containerId }) => containerId)).size,
    durationMs: performance.now() - from,
  };
});
