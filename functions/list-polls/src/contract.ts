import type { OptionResult, PollState } from '@serverless-vote/contracts/poll-state';
import { fieldsOf } from '@serverless-vote/runtime/fields';

/** A poll with its results, as the presenter's list has it. */
export interface ListedPoll extends PollState {
  question: string;
  options: OptionResult[];
  total: number;
  /** ISO 8601; null while it is a draft. */
  openedAt: string | null;
  /** ISO 8601; null unless it is closed. */
  closedAt: string | null;
}

/** The result: every poll, drafts included, in the order in which they were added. */
export interface PollList {
  polls: ListedPoll[];
  /** ISO 8601. */
  serverTime: string;
}

/** Checks that the event is an object; its properties are ignored. */
export function parseRequest(event: unknown): void {
  fieldsOf(event, '{}, or nothing');
}
