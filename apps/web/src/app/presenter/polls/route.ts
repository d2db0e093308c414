import type { PollList } from '@serverless-vote/list-polls/contract';
import { invoke } from '../../../launcher.ts';
import { LIST_LIMIT_BYTES, listPolls } from '../../../presenter/list-polls.ts';
import { callFor, orderFrom } from '../../../presenter/order.ts';
import { presenterOnly } from '../../../presenter/presenter-only.ts';

/** All polls. */
export const GET = presenterOnly(listPolls);

/** Changes a poll, or adds some. Answers with all polls, if the function did. */
export const POST = presenterOnly(async (request) => {
  const { functionName, event } = callFor(orderFrom(await request.json().catch(() => undefined)));
  const { result } = await invoke<Partial<PollList>>(functionName, event, {}, LIST_LIMIT_BYTES);
  return result.polls ? result : {};
});
