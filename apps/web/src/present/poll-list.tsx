import { beginningOf } from '@serverless-vote/contracts/text';
import type { ListedPoll } from '@serverless-vote/list-polls/contract';
import { useEffect, useRef } from 'react';
import { stateOf, wordsFor } from './desk.ts';
import type { Place } from './use-place.ts';

type Props = {
  polls: readonly ListedPoll[];
  selected: ListedPoll | undefined;
  now: number;
  go: (change: Partial<Place>) => void;
};

/** Enough to know a question by: the selected one is there in full. */
const shortened = (question: string) => (question.length > 72 ? `${beginningOf(question, 70).trim()}…` : question);

/** All questions in their order. One click, or the arrow keys, select one. */
export function PollList({ polls, selected, now, go }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const current = useRef<HTMLLIElement>(null);
  useEffect(() => {
    const scrolls = list.current && list.current.scrollHeight > list.current.clientHeight;
    // Newer browsers answer with a promise, which is no clean-up.
    if (scrolls) void current.current?.scrollIntoView({ block: 'nearest' });
    // On a phone the page scrolls, and the selected question is at its top.
    else window.scrollTo(0, 0);
  }, [selected?.id]);
  return (
    <ol ref={list} className="poll-list grid content-start gap-2">
      {polls.map((poll, index) => {
        const isSelected = poll.id === selected?.id;
        return (
          <li key={poll.id} ref={isSelected ? current : undefined}>
            <button
              type="button"
              onClick={() => go({ poll: poll.id })}
              aria-current={isSelected || undefined}
              data-poll={poll.id}
              className="flex w-full cursor-pointer items-baseline gap-3 rounded-xl border-2 border-line bg-surface px-3 py-2 text-left hover:border-muted aria-[current]:border-ink"
            >
              <span className="text-muted tabular-nums">{index + 1}</span>
              <span className="min-w-0 grow">
                <span className="wrap-anywhere block font-medium">{shortened(poll.question)}</span>
                <span className="poll-state text-sm" data-state={poll.status}>
                  {wordsFor(stateOf(poll), now)}
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
