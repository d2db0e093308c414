import type { Problem } from '../../ballot/problem.ts';
import type { InvocationError } from '../../invocation-error.ts';
import type { Receipt } from '../../receipt.ts';
import { refusalPage } from './refusal-page.ts';

/** The answers to a vote, for two kinds of clients. */
type Answers = {
  recorded(receipt: Receipt, cookies: string[]): Response;
  /** The request is invalid: sending it again won't help. */
  refused(status: number, type: string, message: string): Response;
  /** The request is valid, but the vote was not recorded. */
  failed(error: InvocationError, cookies: string[]): Response;
};

/** `problem` is its name in the vote page's query string. */
const outcomes = {
  refused: {
    status: 400,
    type: 'UnknownOption',
    message: 'This is not one of the answers',
    problem: 'failed',
  },
  busy: { status: 429, type: 'TooManyVotes', message: 'Many are voting at once', problem: 'busy' },
  unavailable: { status: 503, type: 'VotingPaused', message: 'Voting is paused', problem: 'paused' },
  failed: { status: 502, type: 'VoteFailed', message: 'Your vote could not be recorded', problem: 'failed' },
} as const satisfies Record<
  InvocationError['kind'],
  { status: number; type: string; message: string; problem: Problem }
>;

/** For the script of the vote page, and for other programs. */
export const asJson: Answers = {
  recorded: (receipt, cookies) => Response.json(receipt, { headers: headersWith({ 'set-cookie': cookies }) }),
  refused: (status, type, message) => Response.json({ error: { type, message } }, { status, headers: headersWith({}) }),
  failed({ kind, retryAfter = [] }, cookies) {
    const { status, type, message } = outcomes[kind];
    const headers = headersWith({ 'retry-after': retryAfter, 'set-cookie': cookies });
    return Response.json({ error: { type, message } }, { status, headers });
  },
};

/** For a browser without JavaScript: back to the vote page, which finds the receipt in a cookie, or a problem in its query string. */
export const asPage: Answers = {
  recorded: (_receipt, cookies) => seeOther('/', cookies),
  refused: (status, _type, message) => refusalPage(status, message),
  failed: ({ kind }, cookies) => seeOther(`/?problem=${outcomes[kind].problem}`, cookies),
};

/** Relative, so that it is valid under whatever host name the browser used. */
const seeOther = (location: string, cookies: string[]) =>
  new Response(null, { status: 303, headers: headersWith({ location, 'set-cookie': cookies }) });

/** An answer about a vote belongs to one voter, so it must not be cached. */
function headersWith(values: Record<string, string | string[]>): Headers {
  const headers = new Headers({ 'cache-control': 'no-store' });
  for (const [name, value] of Object.entries(values)) {
    for (const each of [value].flat()) headers.append(name, each);
  }
  return headers;
}
