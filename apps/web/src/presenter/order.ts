import { parsePolls } from '@serverless-vote/contracts/polls-text';
import * as z from 'zod/mini';

const poll = z.string().check(z.minLength(1), z.maxLength(100));
const opening = {
  poll,
  hidden: z.boolean(),
  /** The length of the countdown, if there is one. */
  closesInSeconds: z.optional(z.int().check(z.gte(1), z.lte(900))),
};

const Order = z.discriminatedUnion('kind', [
  /** Adds drafts from a text (`polls-text.ts`). */
  z.object({ kind: z.literal('add'), text: z.string() }),
  z.object({ kind: z.literal('open'), ...opening }),
  /** Forgets this poll's votes, and opens it again. */
  z.object({ kind: z.literal('startOver'), ...opening }),
  z.object({ kind: z.literal('close'), poll }),
  z.object({ kind: z.literal('hide'), poll }),
  z.object({ kind: z.literal('reveal'), poll }),
  z.object({ kind: z.literal('remove'), poll }),
]);

/** What the presenter's page may ask for. */
export type Order = z.infer<typeof Order>;

/** @throws RangeError when no page of ours sends that */
export function orderFrom(body: unknown): Order {
  const { success, data } = Order.safeParse(body);
  if (!success) throw new RangeError('This is no order of the presenter’s page. Reload the page');
  return data;
}

type Call = { functionName: 'open-poll' | 'close-poll' | 'edit-polls'; event: object };

/** The function that carries out an order, and its event. @throws RangeError with the lines to correct in a text */
export function callFor(order: Order): Call {
  switch (order.kind) {
    case 'add':
      return { functionName: 'edit-polls', event: { add: draftsFrom(order.text) } };
    case 'open': {
      const { kind, ...event } = order;
      return { functionName: 'open-poll', event };
    }
    case 'startOver': {
      const { kind, poll: startOver, ...how } = order;
      return { functionName: 'edit-polls', event: { startOver, ...how } };
    }
    case 'close':
      return { functionName: 'close-poll', event: { poll: order.poll } };
    default:
      return { functionName: 'edit-polls', event: { [order.kind]: order.poll } };
  }
}

function draftsFrom(text: string): { question: string; options: string[] }[] {
  const parsed = parsePolls(text);
  if ('problems' in parsed) throw new RangeError(parsed.problems.join('. '));
  return parsed.polls.map(({ question, options }) => ({ question, options: options.map(({ label }) => label) }));
}
