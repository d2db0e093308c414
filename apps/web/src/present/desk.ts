import type { ListedPoll, PollList } from '@serverless-vote/list-polls/contract';
import { onClock } from '../poll/stage.ts';
import { count, type Tally } from '../results/tally.ts';

/** The keys for countdowns, and their seconds. */
export const COUNTDOWNS = { '1': 15, '3': 30, '6': 60 } as const;

/** What has to be confirmed. */
export type Asked = 'startOver' | 'remove';

/** A poll's state. */
export type State =
  | { kind: 'draft'; hidden: boolean }
  | { kind: 'open'; hidden: boolean; closesAt: number | undefined }
  | { kind: 'closed'; hidden: boolean };

export function stateOf({ status, hidden, closesAt }: ListedPoll): State {
  if (status === 'open') return { kind: 'open', hidden, closesAt: closesAt ? Date.parse(closesAt) : undefined };
  return { kind: status, hidden };
}

/** A state in words, to be read from the back of a room. `now` is the server's time. */
export function wordsFor(state: State, now: number): string {
  const numbers = state.hidden ? ' · hidden' : '';
  switch (state.kind) {
    case 'draft':
      return `Draft${numbers}`;
    case 'open':
      return `Open${state.closesAt === undefined ? '' : ` · ${leftInWords(state.closesAt, now)}`}${numbers}`;
    case 'closed':
      return `Closed${numbers || ' · revealed'}`;
  }
}

/** The time that is left of a countdown. It is over a moment before its poll is closed. */
export function leftInWords(closesAt: number, now: number): string {
  const seconds = Math.ceil((closesAt - now) / 1000);
  if (seconds <= 0) return 'closing';
  return onClock(seconds);
}

/** How a poll went, in a sentence. */
export function outcomeOf({ options, total, hidden }: ListedPoll): string {
  if (hidden) return `${count(total)}; the numbers are hidden`;
  if (total === 0) return 'No votes';
  const most = Math.max(...options.map(({ votes }) => votes ?? 0));
  const [first, ...others] = options.filter(({ votes }) => votes === most).map(({ label }) => label);
  return others.length === 0
    ? `${first}: ${most} of ${count(total)}`
    : `A tie: ${[first, ...others].join(', ')}, ${most} of ${count(total)} each`;
}

export const openPoll = (polls: readonly ListedPoll[]) => polls.find(({ status }) => status === 'open');

/** The poll to show: the wanted one; else the open one, the one closed last, or the first draft. */
export function selectedPoll(polls: readonly ListedPoll[], wanted: string | undefined): ListedPoll | undefined {
  const [last] = polls
    .filter(({ status }) => status === 'closed')
    .sort((a, b) => (b.closedAt ?? '').localeCompare(a.closedAt ?? ''));
  return polls.find(({ id }) => id === wanted) ?? openPoll(polls) ?? last ?? polls[0];
}

/** The next draft after a poll, in the order of the list; else the first draft. */
export function nextDraft(polls: readonly ListedPoll[], current: string | undefined): ListedPoll | undefined {
  const from = polls.findIndex(({ id }) => id === current) + 1;
  const isNext = ({ id, status }: ListedPoll) => status === 'draft' && id !== current;
  return polls.slice(from).find(isNext) ?? polls.find(isNext);
}

/** The poll `by` places further in the list; stops at its ends. */
export function neighbour(polls: readonly ListedPoll[], current: string | undefined, by: 1 | -1) {
  const at = polls.findIndex(({ id }) => id === current);
  return polls[Math.min(polls.length - 1, Math.max(0, at + by))];
}

/** The list with what the stream has said since. */
export function withCurrent({ polls, serverTime }: PollList, current: Tally | undefined): ListedPoll[] {
  if (!current || Date.parse(current.serverTime) < Date.parse(serverTime)) return [...polls];
  const { poll, options, total } = current;
  return polls.map((one) => {
    if (one.id === poll.id) return { ...one, ...poll, options, total };
    // At most one is open, and the stream would be about that one.
    return one.status === 'open' ? { ...one, status: 'closed' } : one;
  });
}

/** Does the stream know of a change that the list doesn't have? Votes alone are none: the stream has them all. */
export function isOutdated({ polls, serverTime }: PollList, current: Tally): boolean {
  if (Date.parse(current.serverTime) < Date.parse(serverTime)) return false;
  const { id, status, closesAt, hidden, votesSince } = current.poll;
  const known = polls.find((poll) => poll.id === id);
  return (
    known?.status !== status ||
    known.hidden !== hidden ||
    known.closesAt !== closesAt ||
    known.votesSince !== votesSince ||
    polls.some((poll) => poll.status === 'open' && poll.id !== id)
  );
}
