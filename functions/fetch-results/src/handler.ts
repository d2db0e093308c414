import { parseRequest, type Results } from './contract.ts';
import type { Tally } from './tally.ts';

/** Reads the results from the tally, so the cost doesn't depend on the number of votes. */
export async function fetchResults(event: unknown, _context: unknown, tally: Tally): Promise<Results> {
  parseRequest(event);
  const rows = await tally.read();
  const [first] = rows;
  if (!first) throw new Error('The database has no poll yet. The launcher writes it when it starts.');
  return {
    question: first.question,
    options: rows.map(({ id, label, votes }) => ({ id, label, votes })),
    total: rows.reduce((sum, { votes }) => sum + votes, 0),
    updatedAt: new Date(Math.max(...rows.map(({ updated_at }) => updated_at.getTime()))).toISOString(),
  };
}
