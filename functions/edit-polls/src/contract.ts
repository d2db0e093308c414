import type { Poll } from '@serverless-vote/contracts/poll';
import { draftFrom, type Opening, openingFrom } from '@serverless-vote/open-poll/contract';
import { InvalidEvent } from '@serverless-vote/runtime/errors';
import { fieldsOf, idFrom } from '@serverless-vote/runtime/fields';

/** The event: one change. The result is that of list-polls. */
export type EditPolls =
  /** Adds drafts at the end of the list. */
  | { add: { question: string; options: string[] }[] }
  /** Removes a draft. */
  | { remove: string }
  | { hide: string }
  | { reveal: string }
  /** Forgets the votes of this poll only, and opens it again. */
  | ({ startOver: string } & Opening);

/** A parsed change. */
export type Edit =
  | { add: Poll[] }
  | { remove: string }
  | { hide: string; hidden: boolean }
  | ({ startOver: string } & Opening);

const ACTIONS = ['add', 'remove', 'hide', 'reveal', 'startOver'] as const;
const MOST_DRAFTS = 100;

/** @throws {InvalidEvent} */
export function parseEdit(event: unknown): Edit {
  const fields = fieldsOf(event, `one of ${ACTIONS.join(', ')}`);
  const [action, another] = ACTIONS.filter((name) => fields[name] !== undefined);
  if (action === undefined || another !== undefined)
    throw new InvalidEvent(`Send exactly one of ${ACTIONS.join(', ')}: {"reveal": "<poll id>"}.`);
  if (action === 'add') return { add: draftsFrom(fields.add) };
  const poll = idFrom(fields[action], action, "a poll's");
  if (action === 'remove') return { remove: poll };
  if (action === 'startOver') return { startOver: poll, ...openingFrom(fields) };
  return { hide: poll, hidden: action === 'hide' };
}

function draftsFrom(value: unknown): Poll[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_DRAFTS)
    throw new InvalidEvent(
      `add is a list of 1 to ${MOST_DRAFTS} questions: [{"question": "…", "options": ["…", "…"]}].`,
    );
  return value.map((draft) => {
    const { question, options } = fieldsOf(draft, '{"add": [{"question": "…", "options": ["…", "…"]}]}');
    return draftFrom(question, options);
  });
}
