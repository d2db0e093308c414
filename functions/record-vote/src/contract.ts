import { CallerError, InvalidEvent } from '@serverless-vote/runtime/errors';

/** The event: a voter votes, or changes the vote. */
export interface Vote {
  /** A UUID; one voter has one vote. */
  voterId: string;
  /** The id of an option of the poll. */
  choice: string;
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

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const LONGEST_CHOICE = 100;

/** Parses a vote; unknown properties are ignored. */
export function parseVote(event: unknown): Vote {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new InvalidEvent(
      `A vote is an object, not ${describe(event)}. Send {"voterId": "<uuid>", "choice": "<option id>"}.`,
    );
  }
  const { voterId, choice } = event as Partial<Record<keyof Vote, unknown>>;
  if (typeof voterId !== 'string' || !UUID.test(voterId)) {
    throw new InvalidEvent(
      `voterId is ${describe(voterId)}, not a UUID. Send one like "3f6c1c2e-9d4b-4d5e-8f3a-0a1b2c3d4e5f".`,
    );
  }
  if (typeof choice !== 'string' || choice === '') {
    throw new InvalidEvent(`choice is ${describe(choice)}, not an option id. Send one that fetch-results lists.`);
  }
  if (choice.length > LONGEST_CHOICE || /\p{Cc}/u.test(choice)) {
    throw new InvalidEvent(
      `choice is ${describe(choice)}: option ids have at most ${LONGEST_CHOICE} characters, and no control characters.`,
    );
  }
  return { voterId: voterId.toLowerCase(), choice };
}

/** Quotes a value in a message, shortened. */
function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  // Not within a character: half a surrogate pair is not valid text.
  return text.length > 60 ? `${text.slice(0, 60).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}
