import { type PollList, parseRequest } from './contract.ts';

/** What the handler needs of a database. */
export interface Polls {
  list(): Promise<PollList>;
}

/** Lists the polls with their results, as the database describes them. */
export async function listPolls(event: unknown, _context: unknown, polls: Polls): Promise<PollList> {
  parseRequest(event);
  return polls.list();
}
