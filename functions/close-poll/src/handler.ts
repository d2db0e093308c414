import { setTimeout as pause } from 'node:timers/promises';
import type { Results } from '@serverless-vote/fetch-results/contract';
import type { Calls, InvocationContext } from '@serverless-vote/runtime';
import { type ClosePoll, parseClosing } from './contract.ts';

/** What the handler needs of a database. */
export interface Polls {
  /** Closes the poll, unless it is closed, or its countdown is another one by now. @returns its id */
  close(request: ClosePoll, acceptedAt: bigint | undefined): Promise<string>;
  /** Keeps the result with the poll, if that is closed. */
  keep(poll: string, results: Results): Promise<void>;
}

/** The event of a countdown comes within its last second (open-poll). */
const LONGEST_WAIT_MS = 1_500;

/** Closes a poll, keeps its result, and returns it. Idempotent: closing twice is closing once. */
export async function closePoll(
  event: unknown,
  { acceptedAt, invoke }: Pick<InvocationContext & Calls, 'acceptedAt' | 'invoke'>,
  polls: Polls,
): Promise<Results> {
  const request = parseClosing(event);
  const leftMs = request.closesAt === undefined ? 0 : Date.parse(request.closesAt) - Date.now();
  if (leftMs > 0) await pause(Math.min(leftMs, LONGEST_WAIT_MS));
  const poll = await polls.close(request, acceptedAt);
  const results = (await invoke('fetch-results', { poll })) as Results;
  await polls.keep(poll, results);
  return results;
}
