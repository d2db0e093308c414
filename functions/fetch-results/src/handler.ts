import { parseRequest, type Results, UnknownPoll } from './contract.ts';
import type { Polls } from './polls.ts';

/** Reads the results from the tally, so the cost doesn't depend on the number of votes. */
export async function fetchResults(event: unknown, _context: unknown, polls: Polls): Promise<Results> {
  const request = parseRequest(event);
  const described = await polls.read(request.poll);
  if (!described && request.poll !== undefined) throw new UnknownPoll(request.poll);
  if (!described) throw new Error('The database has no poll yet. The launcher writes it when it starts.');
  const { id, status, closesAt, hidden, votesSince, question, options, total, updatedAt, serverTime } = described;
  return { poll: { id, status, closesAt, hidden, votesSince }, question, options, total, updatedAt, serverTime };
}
