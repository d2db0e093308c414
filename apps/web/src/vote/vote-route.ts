import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadRequest, voteFrom } from '../choice.ts';
import { cookieOf } from '../cookie.ts';
import { InvocationError } from '../invocation-error.ts';
import { recordVote } from '../record-vote.ts';
import { isSameOrigin } from '../same-origin.ts';
import { handOn } from '../trace.ts';
import { newVoter, setReceipt, setVoter, voterCookie, voterFrom } from '../voter.ts';
import { type Answer, asJson, asPage } from './answers.ts';

/**
 * `POST /vote`, from a form or a script. It is answered before Next, whose own part took two thirds of web's time for a vote
 * (docs/decisions/0025). Returns whether the request is its own.
 */
export function voteRoute(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.url?.split('?', 1)[0] !== '/vote') return false;
  if (request.method === 'POST') void take(request).then((answer) => send(answer, response));
  else send({ status: 405, headers: { allow: 'POST' }, body: '' }, response);
  return true;
}

async function take(request: IncomingMessage): Promise<Answer> {
  const { headers } = request;
  const answer = wantsJson(request) ? asJson : asPage;
  let cookies: string[] = [];
  try {
    if (!isSameOrigin(headers)) return answer.refused(403, 'CrossSite', 'Votes come from the vote page');
    const vote = await voteFrom(request);
    const known = voterFrom(cookieOf(request, voterCookie()));
    const voter = known ?? newVoter();
    if (!known) cookies = [setVoter(voter)];
    const receipt = await recordVote(voter, vote, handOn(headers));
    return answer.recorded(receipt, [...cookies, setReceipt(receipt, voter)]);
  } catch (error) {
    if (error instanceof BadRequest) return answer.refused(error.status, 'InvalidVote', error.message);
    if (error instanceof InvocationError && error.kind === 'refused')
      return answer.refused(400, 'UnknownOption', 'This is not one of the answers');
    // It may have been committed although its answer was lost, so the next try has to be the same voter's; else it would count twice.
    if (error instanceof InvocationError) return answer.failed(error, cookies);
    console.error(error);
    return answer.failed(new InvocationError('failed', String(error)), cookies);
  }
}

const wantsJson = ({ headers }: IncomingMessage) =>
  /\bapplication\/json\b/i.test(`${headers.accept} ${headers['content-type']}`);

/** An answer about a vote belongs to one voter, so it must not be cached. */
function send({ status, headers, body }: Answer, response: ServerResponse): void {
  response.writeHead(status, { 'cache-control': 'no-store', 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}
