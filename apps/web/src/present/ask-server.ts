import type { PollList } from '@serverless-vote/list-polls/contract';
import type { Order } from '../presenter/order.ts';

/** Longer than the server's own time-outs. */
const PATIENCE_MS = 30_000;

/** Gives an order, or asks for all polls, which may be part of the answer anyway. @throws an error whose message says what to do */
export async function askServer(order?: Order): Promise<PollList | undefined> {
  const response = await fetch('/presenter/polls', {
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(order && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    }),
  }).catch(() => {
    throw new Error('The server can’t be reached. Check the connection, then try again.');
  });
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer) return answer.polls && answer;
  if (response.status === 403)
    throw new Error('This browser no longer has the presenter’s key. Open the link that “make run” prints.');
  const message = answer?.message ?? answer?.error?.message ?? `The server answered ${response.status}. Try again`;
  throw new Error(message.replace(/\.?$/, '.'));
}
