import type { OutgoingHttpHeaders } from 'node:http';
import type { Problem } from '../ballot/problem.ts';
import type { InvocationError } from '../invocation-error.ts';
import type { Receipt } from '../receipt.ts';
import { refusalPage } from './refusal-page.ts';

export type Answer = { status: number; headers: OutgoingHttpHeaders; body: string };

/** The answers to a vote, for two kinds of clients. */
type Answers = {
  recorded(receipt: Receipt, cookies: string[]): Answer;
  /** The request is invalid: sending it again won't help. */
  refused(status: number, type: string, message: string): Answer;
  /** The request is valid, but the vote was not recorded. */
  failed(error: InvocationError, cookies: string[]): Answer;
};

/** `problem` is its name in the vote page's query string. */
const outcomes = {
  refused: {
    status: 400,
    type: 'UnknownOption',
    message: 'This is not one of the answers',
    problem: 'failed',
  },
  closed: { status: 409, type: 'PollClosed', message: 'Voting on this question has ended', problem: 'closed' },
  busy: { status: 429, type: 'TooManyVotes', message: 'Many are voting at once', problem: 'busy' },
  unavailable: { status: 503, type: 'VotingPaused', message: 'Voting is paused', problem: 'paused' },
  failed: { status: 502, type: 'VoteFailed', message: 'Your vote could not be recorded', problem: 'failed' },
} as const satisfies Record<
  InvocationError['kind'],
  { status: number; type: string; message: string; problem: Problem }
>;

/** For the script of the vote page, and for other programs. */
export const asJson: Answers = {
  recorded: (receipt, cookies) => json(200, receipt, { 'set-cookie': cookies }),
  refused: (status, type, message) => json(status, { error: { type, message } }),
  failed({ kind, retryAfter }, cookies) {
    const { status, type, message } = outcomes[kind];
    const headers = { 'set-cookie': cookies, ...(retryAfter !== undefined && { 'retry-after': retryAfter }) };
    return json(status, { error: { type, message } }, headers);
  },
};

/** For a browser without JavaScript: back to the vote page, which finds the receipt in a cookie, or a problem in its query string. */
export const asPage: Answers = {
  recorded: (_receipt, cookies) => seeOther('/', cookies),
  refused: (status, _type, message) => ({
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: refusalPage(message),
  }),
  failed: ({ kind }, cookies) => seeOther(`/?problem=${outcomes[kind].problem}`, cookies),
};

const json = (status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** Relative, so that it is valid under whatever host name the browser used. */
const seeOther = (location: string, cookies: string[]): Answer => ({
  status: 303,
  headers: { location, 'set-cookie': cookies },
  body: '',
});
