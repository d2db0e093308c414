import type { ListedPoll } from '@serverless-vote/list-polls/contract';
import { useEffect, useRef } from 'react';
import type { Order } from '../presenter/order.ts';
import { count } from '../results/tally.ts';
import { type Action, Actions, useKeys } from './actions.tsx';
import { type Asked, COUNTDOWNS } from './desk.ts';

type Props = {
  asked: Asked;
  poll: ListedPoll;
  isBusy: boolean;
  give: (order: Order) => Promise<boolean>;
  done: () => void;
};

/** Asks once, and says what is lost. */
export function Confirm({ asked, poll, isBusy, give, done }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On the way out, which changes nothing.
    [...(box.current?.querySelectorAll('button') ?? [])].at(-1)?.focus();
  }, []);
  const act = (order: Order) => () => void give(order).then((isDone) => isDone && done());
  const actions: Action[] =
    asked === 'remove'
      ? [{ key: 'Y', words: 'Remove it', act: act({ kind: 'remove', poll: poll.id }), isMain: true }]
      : startOverActions(poll, act);
  const all = [...actions, { key: 'Escape', words: 'Keep everything', act: done }];
  useKeys(all);
  return (
    <div ref={box} role="alertdialog" aria-labelledby="asked" className="rounded-xl border-2 border-permanent p-4">
      <p id="asked" className="wrap-anywhere pb-3 text-aside">
        {asked === 'remove' ? 'Remove this draft? Nobody has voted in it.' : forgottenWords(poll)}
      </p>
      <Actions actions={all} isBusy={isBusy} label="Confirm" />
    </div>
  );
}

function startOverActions({ id: poll, hidden }: ListedPoll, act: (order: Order) => () => void): Action[] {
  const again = { kind: 'startOver', poll, hidden } as const;
  return [
    { key: 'Y', words: 'Forget them, open again', act: act(again), isMain: true },
    ...Object.entries(COUNTDOWNS).map(([key, closesInSeconds]) => ({
      key,
      words: `For ${closesInSeconds} s`,
      act: act({ ...again, closesInSeconds }),
    })),
  ];
}

const forgottenWords = ({ total }: ListedPoll) =>
  `Start over? ${total === 1 ? 'The 1 vote' : `All ${count(total)}`} of this poll ${total === 1 ? 'is' : 'are'} forgotten, and nothing else: every other poll keeps its votes.`;
