import { InvalidEvent } from '@serverless-vote/runtime/errors';
import { describe, fieldsOf, pollFrom } from '@serverless-vote/runtime/fields';

/** The event. Without `poll` it closes the open one. The result is that of fetch-results. */
export interface ClosePoll {
  poll?: string;
  /** ISO 8601. The end of the countdown that sent the event: a poll that has another countdown by now, or none, stays as it is. */
  closesAt?: string;
}

/** @throws {InvalidEvent} */
export function parseClosing(event: unknown): ClosePoll {
  const { poll: named, closesAt } = fieldsOf(event, '{} or {"poll": "<poll id>"}');
  const poll = pollFrom(named);
  if (
    closesAt !== undefined &&
    (typeof closesAt !== 'string' || Number.isNaN(Date.parse(closesAt)) || poll === undefined)
  )
    throw new InvalidEvent(
      `closesAt is ${describe(closesAt)}: it is the end of the countdown of the poll that is named.`,
    );
  return {
    ...(poll !== undefined && { poll }),
    ...(typeof closesAt === 'string' && { closesAt: new Date(closesAt).toISOString() }),
  };
}
