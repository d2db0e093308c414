import { type Poll, pollOf } from '@serverless-vote/contracts/poll';
import type { PollStatus } from '@serverless-vote/contracts/poll-state';
import { InvalidEvent } from '@serverless-vote/runtime/errors';
import { fieldsOf, idFrom, UNSTORABLE } from '@serverless-vote/runtime/fields';

/** How a poll is opened. */
export interface Opening {
  /** 1 to 900: the poll closes by itself so many seconds after its opening was accepted. */
  closesInSeconds?: number;
  /** Keeps the numbers of the options from everybody until they are revealed; if it is absent, that stays as it was. */
  hidden?: boolean;
}

/** The event: a new question, or the id of a draft. The poll that is open is closed at the same moment. */
export type OpenPoll = Opening & ({ question: string; options: string[] } | { poll: string });

/** The result: the poll as it was opened. */
export interface OpenedPoll {
  poll: Poll & {
    id: string;
    status: PollStatus;
    /** ISO 8601; null without a countdown. */
    closesAt: string | null;
    hidden: boolean;
  };
}

const LONGEST_SECONDS = 900;
const EXAMPLE =
  '{"question": "Cats or dogs?", "options": ["Cats", "Dogs"], "closesInSeconds": 30} or {"poll": "<draft\'s id>"}';

/** Parses an opening. @throws {InvalidEvent} naming everything that is wrong with the question and its options */
export function parseOpening(event: unknown): Opening & { poll: string | Poll } {
  const fields = fieldsOf(event, EXAMPLE);
  const { poll, question, options } = fields;
  if (poll !== undefined && (question !== undefined || options !== undefined))
    throw new InvalidEvent(`Send either a draft's id or a question with options: ${EXAMPLE}.`);
  return {
    poll: poll === undefined ? draftFrom(question, options) : idFrom(poll, 'poll', "a draft's"),
    ...openingFrom(fields),
  };
}

/** @throws {InvalidEvent} */
export function openingFrom({ closesInSeconds, hidden }: Record<string, unknown>): Opening {
  if (hidden !== undefined && typeof hidden !== 'boolean') throw new InvalidEvent('hidden is true or false.');
  const opening = hidden === undefined ? {} : { hidden };
  if (closesInSeconds === undefined || closesInSeconds === null) return opening;
  const isRight = Number.isInteger(closesInSeconds) && Number(closesInSeconds) >= 1;
  if (!isRight || Number(closesInSeconds) > LONGEST_SECONDS)
    throw new InvalidEvent(
      `closesInSeconds is a whole number from 1 to ${LONGEST_SECONDS}. Leave it out for no countdown.`,
    );
  return { ...opening, closesInSeconds: Number(closesInSeconds) };
}

/** @throws {InvalidEvent} */
export function draftFrom(question: unknown, options: unknown): Poll {
  const isText = (value: unknown): value is string => typeof value === 'string' && !UNSTORABLE.test(value);
  if (!isText(question) || !Array.isArray(options) || !options.every(isText))
    throw new InvalidEvent(
      `A question is text, and its options are a list of texts, without control characters. Send ${EXAMPLE}.`,
    );
  const parsed = pollOf(
    question,
    options.map((label) => label.trim()),
  );
  if ('poll' in parsed) return parsed.poll;
  const flaws = parsed.flaws.map(({ about, message }) => `${about === 'question' ? 'question: ' : ''}${message}`);
  throw new InvalidEvent(`${flaws.join('; ')}.`);
}
