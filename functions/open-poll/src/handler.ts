import { type Draft, draftOf } from '@serverless-vote/contracts/poll';
import type { Calls, InvocationContext } from '@serverless-vote/runtime';
import { closeLater } from './close-later.ts';
import { type OpenedPoll, type Opening, parseOpening } from './contract.ts';

/** What the handler needs of a database. */
export interface Polls {
  /** Opens a new poll or a draft at the place of the event in the order of acceptance; the same event again changes nothing. */
  open(draft: Draft | { poll: string }, opening: Opening, acceptedAt: bigint | undefined): Promise<OpenedPoll['poll']>;
}

/** Opens a poll, and closes the one that is open. Idempotent: the same event again opens nothing. */
export async function openPoll(
  event: unknown,
  { acceptedAt, invokeLater }: Pick<InvocationContext & Calls, 'acceptedAt' | 'invokeLater'>,
  polls: Polls,
): Promise<OpenedPoll> {
  const { poll, ...opening } = parseOpening(event);
  const draft = typeof poll === 'string' ? { poll } : draftOf(poll);
  const { id, question, options, status, closesAt, hidden } = await polls.open(draft, opening, acceptedAt);
  await closeLater({ id, closesAt }, invokeLater);
  return {
    poll: { id, question, options: options.map(({ id, label }) => ({ id, label })), status, closesAt, hidden },
  };
}
