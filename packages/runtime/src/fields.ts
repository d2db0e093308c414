import { InvalidEvent } from './errors.ts';

/** Quotes a value in a message, shortened. */
export function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  // Not within a character: half a surrogate pair is not valid text.
  return text.length > 60 ? `${text.slice(0, 60).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}

/** The properties of an event. @throws {InvalidEvent} when it is no object */
export function fieldsOf(event: unknown, example: string): Record<string, unknown> {
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) return event as Record<string, unknown>;
  throw new InvalidEvent(`An event is an object, not ${describe(event)}. Send ${example}.`);
}

/** Control characters, and halves of surrogate pairs, which Postgres refuses in JSON. */
export const UNSTORABLE = /[\p{Cc}\p{Cs}]/u;
const LONGEST_ID = 100;

/** Text that may be an id: of an option, for example. @throws {InvalidEvent} */
export function idFrom(value: unknown, name: string, whose: string): string {
  if (typeof value !== 'string' || value === '')
    throw new InvalidEvent(`${name} is ${describe(value)}, not ${whose} id. Send one that fetch-results lists.`);
  if (value.length > LONGEST_ID || UNSTORABLE.test(value))
    throw new InvalidEvent(
      `${name} is ${describe(value)}: ids have at most ${LONGEST_ID} characters, and no control characters.`,
    );
  return value;
}

/** The id of a poll; undefined if the event names none. */
export const pollFrom = (value: unknown, name = 'poll'): string | undefined =>
  value === undefined || value === null ? undefined : idFrom(value, name, "a poll's");
