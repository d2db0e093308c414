import type { OptionResult, PollState } from '@serverless-vote/contracts/poll-state';
import { CallerError } from '@serverless-vote/runtime/errors';
import { fieldsOf, pollFrom } from '@serverless-vote/runtime/fields';

export type { OptionResult, PollState };

/** The result: a poll as it stands. */
export interface Results {
  poll: PollState;
  question: string;
  /** In the order of the poll, without options that were removed from it. */
  options: OptionResult[];
  /** The sum of the votes of these options, hidden or not. */
  total: number;
  /** ISO 8601. When a vote or the poll itself last changed. */
  updatedAt: string;
  /** ISO 8601. The server's time, which a countdown is reckoned from. */
  serverTime: string;
}

/** The event: the poll of this id, or else the one that was opened last. It is open unless all are closed. */
export const parseRequest = (event: unknown): { poll: string | undefined } => ({
  poll: pollFrom(fieldsOf(event, '{} or {"poll": "<poll id>"}').poll),
});

/** No poll of this id has been opened. */
export class UnknownPoll extends CallerError {
  override name = 'UnknownPoll';
  constructor(poll: string) {
    super(`No poll ${JSON.stringify(poll)} has been opened. Send {} for the current one.`);
  }
}
