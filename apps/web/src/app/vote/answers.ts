import type { Problem } from '../../ballot/problem.ts';
import type { InvocationError } from '../../invocation-error.ts';
import type { Receipt } from '../../receipt.ts';
import { refusalPage } from './refusal-page.ts';

/** One outcome, told to two kinds of readers. */
type Answers = {
  recorded(receipt: Receipt, cookies: string[]): Response;
  /** The request was wrong: sending it again won't help. */
  refused(status: number, type: string, message: string): Response;
  /** The request was right, and still there is no vote. */
  failed(error: InvocationError, cookies: string[]): Response;
};

/** `problem` is the word for it in the vote page's address. */
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

/** For a browser without JavaScript: back to the vote page. It finds the receipt in a cookie, a problem in its address. */
export const asPage: Answers = {
  recorded: (_receipt, cookies) => seeOther('/', cookies),
  refused: (status, _type, message) => refusalPage(status, message),
  failed: ({ kind }, cookies) => seeOther(`/?problem=${outcomes[kind].problem}`, cookies),
};

/** Relative, so that it holds whatever name the browser knows us by. */
const seeOther = (location: string, cookies: string[]) =>
  new Response(null, { status: 303, headers: headersWith({ location, 'set-cookie': cookies }) });

/** An answer about a vote is one voter's, so nothing on the way may keep it. */
function headersWith(values: Record<string, string | string[]>): Headers {
  const headers = new Headers({ 'cache-control': 'no-store' });
  for (const [name, value] of Object.entries(values)) {
    for (const each of [value].flat()) headers.append(name, each);
  }
  return headers;
}
