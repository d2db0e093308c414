import { CallerError, InvalidEvent } from '@serverless-vote/runtime/errors';
import { describe, fieldsOf, idFrom, pollFrom } from '@serverless-vote/runtime/fields';

/** The event: a voter votes, or changes the vote. */
export interface Vote {
  /** A UUID; one voter has one vote in each poll. */
  voterId: string;
  /** The id of an option of the poll. */
  choice: string;
  /** The id of the poll that the voter saw. Without it the vote is for the poll that is open when the vote is accepted. */
  poll?: string;
}

/** The result: the vote is committed. */
export interface Receipt extends Vote {
  /** ISO 8601. */
  recordedAt: string;
}

/** The poll has no such option (any more). */
export class UnknownOption extends CallerError {
  override name = 'UnknownOption';
  constructor(choice: string) {
    super(`${JSON.stringify(choice)} is not an option of this poll. Choose one that fetch-results lists.`);
  }
}

/** The poll wasn't open when the vote was accepted. */
export class PollClosed extends CallerError {
  override name = 'PollClosed';
  constructor(poll: string | undefined) {
    const what = poll === undefined ? 'No poll is open' : `The poll ${JSON.stringify(poll)} isn't open`;
    super(`${what}. Ask fetch-results for the one that is.`);
  }
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Parses a vote; unknown properties are ignored. */
export function parseVote(event: unknown): Vote {
  const { voterId, choice, poll } = fieldsOf(event, '{"voterId": "<uuid>", "choice": "<option id>"}');
  if (typeof voterId !== 'string' || !UUID.test(voterId)) {
    throw new InvalidEvent(
      `voterId is ${describe(voterId)}, not a UUID. Send one like "3f6c1c2e-9d4b-4d5e-8f3a-0a1b2c3d4e5f".`,
    );
  }
  const named = pollFrom(poll);
  return {
    voterId: voterId.toLowerCase(),
    choice: idFrom(choice, 'choice', 'an option'),
    ...(named !== undefined && { poll: named }),
  };
}
