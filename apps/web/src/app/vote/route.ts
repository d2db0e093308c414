import type { NextRequest } from 'next/server';
import { BadRequest, choiceFrom } from '../../choice.ts';
import { env } from '../../env.ts';
import { InvocationError } from '../../invocation-error.ts';
import { recordVote } from '../../record-vote.ts';
import { isSameOrigin } from '../../same-origin.ts';
import { handOn } from '../../trace.ts';
import { newVoter, setReceipt, setVoter, voterCookie, voterFrom } from '../../voter.ts';
import { asJson, asPage } from './answers.ts';

/** Takes a vote from a form or a script. A route handler: its address outlives a build, a server action's doesn't. */
export async function POST(request: NextRequest): Promise<Response> {
  const answer = wantsJson(request.headers) ? asJson : asPage;
  try {
    if (!isSameOrigin(request.headers)) return answer.refused(403, 'CrossSite', 'Votes come from the vote page');
    const choice = await choiceFrom(request);
    if (!env().POLL.options.some((option) => option.id === choice)) {
      return answer.refused(400, 'UnknownOption', 'This is not one of the answers');
    }
    const known = voterFrom(request.cookies.get(voterCookie())?.value);
    const voter = known ?? newVoter();
    const receipt = await recordVote(voter, choice, handOn(request.headers));
    const cookies = known ? [setReceipt(receipt, voter)] : [setVoter(voter), setReceipt(receipt, voter)];
    return answer.recorded(receipt, cookies);
  } catch (error) {
    if (error instanceof BadRequest) return answer.refused(error.status, 'InvalidVote', error.message);
    if (error instanceof InvocationError) return answer.failed(error);
    throw error;
  }
}

const wantsJson = (headers: Headers) =>
  /\bapplication\/json\b/i.test(`${headers.get('accept')} ${headers.get('content-type')}`);
