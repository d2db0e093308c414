import { InvalidEvent } from '@serverless-vote/runtime/errors';

export interface OptionResult {
  id: string;
  label: string;
  votes: number;
}

/** The result: the poll as it stands. */
export interface Results {
  question: string;
  /** In the order of the poll; options that have left it aren't shown. */
  options: OptionResult[];
  /** The sum of the votes shown. */
  total: number;
  /** ISO 8601. When a vote or the poll itself last changed. */
  updatedAt: string;
}

/** Checks the event: an object, and nothing in it is needed. */
export function parseRequest(event: unknown): void {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new InvalidEvent('fetch-results needs nothing to know. Send {}, or nothing.');
  }
}
