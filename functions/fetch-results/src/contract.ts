import { InvalidEvent } from '@serverless-vote/runtime/errors';

export interface OptionResult {
  id: string;
  label: string;
  votes: number;
}

/** The result: the poll as it stands. */
export interface Results {
  question: string;
  /** In the order of the poll, without options that were removed from it. */
  options: OptionResult[];
  /** The sum of the votes shown. */
  total: number;
  /** ISO 8601. When a vote or the poll itself last changed. */
  updatedAt: string;
}

/** Checks that the event is an object; its properties are ignored. */
export function parseRequest(event: unknown): void {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new InvalidEvent('fetch-results needs nothing to know. Send {}, or nothing.');
  }
}
