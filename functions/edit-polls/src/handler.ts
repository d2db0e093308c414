import { type Draft, draftOf } from '@serverless-vote/contracts/poll';
import type { PollList } from '@serverless-vote/list-polls/contract';
import { closeLater } from '@serverless-vote/open-poll/close-later';
import type { Opening } from '@serverless-vote/open-poll/contract';
import type { Calls, InvocationContext } from '@serverless-vote/runtime';
import { parseEdit } from './contract.ts';

/** What the handler needs of a database. Each change returns the list as it is after it; the same event again changes nothing. */
export interface Polls {
  add(drafts: Draft[], acceptedAt: bigint | undefined): Promise<PollList>;
  remove(draft: string): Promise<PollList>;
  hide(poll: string, hidden: boolean): Promise<PollList>;
  startOver(poll: string, opening: Opening, acceptedAt: bigint | undefined): Promise<PollList>;
}

/** Changes the list of polls. */
export async function editPolls(
  event: unknown,
  { acceptedAt, invokeLater }: Pick<InvocationContext & Calls, 'acceptedAt' | 'invokeLater'>,
  polls: Polls,
): Promise<PollList> {
  const edit = parseEdit(event);
  if ('add' in edit) return polls.add(edit.add.map(draftOf), acceptedAt);
  if ('remove' in edit) return polls.remove(edit.remove);
  if ('hide' in edit) return polls.hide(edit.hide, edit.hidden);
  const { startOver, ...opening } = edit;
  const list = await polls.startOver(startOver, opening, acceptedAt);
  const started = list.polls.find(({ id }) => id === startOver);
  if (started) await closeLater(started, invokeLater);
  return list;
}
