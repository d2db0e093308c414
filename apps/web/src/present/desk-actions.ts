import type { ListedPoll } from '@serverless-vote/list-polls/contract';
import type { Order } from '../presenter/order.ts';
import { toggleFullScreen } from '../results/use-presentation.ts';
import type { Action } from './actions.tsx';
import { type Asked, COUNTDOWNS, neighbour, nextDraft, openPoll } from './desk.ts';
import type { Place } from './use-place.ts';

type Desk = {
  polls: readonly ListedPoll[];
  selected: ListedPoll | undefined;
  give: (order: Order) => Promise<boolean>;
  go: (change: Partial<Place>) => void;
  ask: (what: Asked) => void;
};

/** What can be done with the selected poll in its state. */
export function pollActions({ polls, selected, give, go, ask }: Desk): Action[] {
  if (!selected) return [];
  const { id: poll, status, hidden } = selected;
  const order = (given: Order) => () => void give(given);
  const open = openPoll(polls);
  const next = nextDraft(polls, poll);
  const actions: Action[] = [];
  if (status === 'draft') {
    actions.push({ key: 'O', words: 'Open', act: order({ kind: 'open', poll, hidden }), isMain: true });
    for (const [key, closesInSeconds] of Object.entries(COUNTDOWNS)) {
      const act = order({ kind: 'open', poll, hidden, closesInSeconds });
      actions.push({ key, words: `Open for ${closesInSeconds} s`, act });
    }
  }
  if (open) {
    const words = open.id === poll ? 'Close' : 'Close the open one';
    actions.push({ key: 'C', words, act: order({ kind: 'close', poll: open.id }), isMain: open.id === poll });
  }
  if (hidden) {
    const act = order({ kind: 'reveal', poll });
    actions.push({ key: 'R', words: 'Reveal the numbers', act, isMain: status === 'closed' });
  } else {
    actions.push({ key: 'H', words: 'Hide the numbers', act: order({ kind: 'hide', poll }) });
  }
  if (next) {
    const act = () => go({ poll: next.id });
    actions.push({ key: 'N', words: 'Next question', act, isMain: status === 'closed' && !hidden });
  }
  if (status === 'draft') actions.push({ key: 'X', words: 'Remove', act: () => ask('remove') });
  else actions.push({ key: 'S', words: 'Start over', act: () => ask('startOver') });
  return actions;
}

/** What can always be done. */
export function pageActions({ polls, selected, go }: Pick<Desk, 'polls' | 'selected' | 'go'>): Action[] {
  const move = (by: 1 | -1) => () => go({ poll: neighbour(polls, selected?.id, by)?.id });
  return [
    { key: 'ArrowUp', words: 'Up', act: move(-1) },
    { key: 'ArrowDown', words: 'Down', act: move(1) },
    { key: 'W', words: 'Write', act: () => go({ view: 'write' }) },
    { key: 'J', words: 'Join', act: () => go({ view: 'join' }) },
    { key: 'E', words: 'History', act: () => go({ view: 'history' }) },
    { key: 'F', words: 'Full screen', act: toggleFullScreen },
  ];
}
