import type { NextRequest } from 'next/server';
import { BadRequest, choiceFrom } from '../../choice.ts';
import { env } from '../../env.ts';
import { InvocationError } from '../../invocation-error.ts';
import { recordVote } from '../../record-vote.ts';
import { isSameOrigin } from '../../same-origin.ts';
import { handOn } from '../../trace.ts';
import { newVoter, setReceipt, setVoter, voterCookie, voterFrom } from '../../voter.ts';
import { asJson, asPage } from './answers.ts';

/** Takes a vote from a form or a script. A route handler and not a server action, because its address survives a new build. */
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
    const cookies = known ? [] : [setVoter(voter)];
    try {
      const receipt = await recordVote(voter, choice, handOn(request.headers));
      return answer.recorded(receipt, [...cookies, setReceipt(receipt, voter)]);
    } catch (error) {
      // It may have been committed although its answer was lost, so the next try has to be the same voter's; else it would count twice.
      if (error instanceof InvocationError) return answer.failed(error, cookies);
      throw error;
    }
  } catch (error) {
    if (error instanceof BadRequest) return answer.refused(error.status, 'InvalidVote', error.message);
    throw error;
  }
}

const wantsJson = (headers: Headers) =>
  /\bapplication\/json\b/i.test(`${headers.get('accept')} ${headers.get('content-type')}`);
