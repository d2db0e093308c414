import type { ListedPoll } from '@serverless-vote/list-polls/contract';
import { useState } from 'react';
import { lengthOf } from '../app/question.tsx';
import type { ServerClock } from '../poll/server-clock.ts';
import type { Order } from '../presenter/order.ts';
import { count } from '../results/tally.ts';
import { Actions, useKeys } from './actions.tsx';
import { Confirm } from './confirm.tsx';
import { type Asked, openPoll } from './desk.ts';
import { pageActions, pollActions } from './desk-actions.ts';
import { PollList } from './poll-list.tsx';
import { PollOptions } from './poll-options.tsx';
import { StateBanner } from './state-banner.tsx';
import type { Place } from './use-place.ts';
import type { Errand } from './use-polls.ts';
import { useServerTime } from './use-server-time.ts';

type Props = {
  polls: readonly ListedPoll[];
  isLive: boolean;
  selected: ListedPoll | undefined;
  errand: Errand;
  clock: ServerClock;
  give: (order: Order) => Promise<boolean>;
  go: (change: Partial<Place>) => void;
};

/** The selected question with its state, what can be done with it, and the list of all questions. */
export function DeskView({ polls, isLive, selected, errand, clock, give, go }: Props) {
  const [question, setQuestion] = useState<{ asked: Asked; poll: string }>();
  // Another selected poll answers a question about the one before: no.
  const asked = question?.poll === selected?.id ? question?.asked : undefined;
  const ask = (what?: Asked) => setQuestion(what && selected && { asked: what, poll: selected.id });
  const open = openPoll(polls);
  const now = useServerTime(clock, Boolean(open?.closesAt));
  const actions = asked ? [] : pollActions({ polls, selected, give, go, ask });
  const always = asked ? [] : pageActions({ polls, selected, go });
  useKeys([...actions, ...always]);
  const isBusy = errand.kind === 'sending';
  return (
    <div className="desk grid grow gap-x-10 gap-y-4">
      <section aria-label="Selected question" className="flex min-w-0 flex-col gap-3">
        {selected && (
          <>
            <StateBanner poll={selected} now={now} />
            <div className="flex items-baseline justify-between gap-6">
              <h1 className="selected-question" data-length={lengthOf(selected.question, 60, 90)}>
                {selected.question}
              </h1>
              <p className="shrink-0 text-stage tabular-nums" data-testid="votes">
                {selected.status !== 'draft' && count(selected.total)}
              </p>
            </div>
            <PollOptions poll={selected} />
          </>
        )}
        {asked && selected ? (
          <Confirm {...{ asked, poll: selected, isBusy, give }} done={() => ask()} />
        ) : (
          <Actions actions={actions} isBusy={isBusy} label="This question" />
        )}
        <p role="alert" data-testid="trouble" className="blank min-h-6 text-permanent sm:text-lg">
          {errand.kind === 'failed' ? errand.words : noticeFor(isLive, selected, open)}
        </p>
      </section>
      <aside aria-label="Questions" className="flex min-h-0 min-w-0 flex-col gap-3">
        <PollList {...{ polls, selected, now, go }} />
        <Actions actions={always} label="Page" />
      </aside>
    </div>
  );
}

/** What the presenter should know before the next press. */
function noticeFor(isLive: boolean, selected?: ListedPoll, open?: ListedPoll): string | undefined {
  if (!isLive) return 'Reconnecting: votes and states may be newer than shown.';
  if (!selected || !open || selected.id === open.id) return undefined;
  return `“${open.question}” is open.${selected.status === 'draft' ? ' Opening this question closes it.' : ''}`;
}
