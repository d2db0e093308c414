import type { ListedPoll } from '@serverless-vote/list-polls/contract';
import { useRef } from 'react';
import { askServer } from '../presenter/ask-server.ts';
import { type Action, Actions, useKeys } from './actions.tsx';
import { neighbour, outcomeOf } from './desk.ts';
import type { Place } from './use-place.ts';

type Props = { polls: readonly ListedPoll[]; selected: ListedPoll | undefined; go: (change: Partial<Place>) => void };

/** Every question that was asked, with its outcome, to keep as a file. */
export function HistoryView({ polls, selected, go }: Props) {
  const asked = polls
    .filter(({ status }) => status !== 'draft')
    .sort((a, b) => (a.openedAt ?? '').localeCompare(b.openedAt ?? ''));
  const chosen = asked.find(({ id }) => id === selected?.id) ?? asked.at(-1);
  const link = useRef<HTMLAnchorElement>(null);

  /** A download doesn't wait for web to start, as other requests do. So it starts first. */
  async function download(href: string): Promise<void> {
    await askServer('/presenter/polls').catch(() => undefined);
    if (!link.current) return;
    link.current.href = href;
    link.current.click();
  }

  const move = (by: 1 | -1) => go({ poll: neighbour(asked, chosen?.id, by)?.id });
  const actions: Action[] = [
    ...(chosen
      ? [
          { key: 'C', words: 'This poll as CSV', act: () => void download(fileOf(chosen, 'csv')), isMain: true },
          { key: 'J', words: 'As JSON', act: () => void download(fileOf(chosen, 'json')) },
          { key: 'A', words: 'All as CSV', act: () => void download('/presenter/polls.csv') },
          { key: 'L', words: 'All as JSON', act: () => void download('/presenter/polls.json') },
          { key: 'ArrowUp', words: 'Up', act: () => move(-1) },
          { key: 'ArrowDown', words: 'Down', act: () => move(1) },
        ]
      : []),
    { key: 'Escape', words: 'Back', act: () => go({ view: 'desk' }) },
  ];
  useKeys([...actions, { key: 'E', words: 'Back', act: () => go({ view: 'desk' }) }]);
  return (
    <section aria-label="History" className="flex grow flex-col gap-5">
      <h1 className="font-semibold text-question-medium tracking-tight">History</h1>
      <Actions actions={actions} label="Export" />
      <a ref={link} href="/presenter/polls.csv" download hidden>
        Export
      </a>
      {asked.length === 0 && <p className="text-stage">No question has been asked yet.</p>}
      <ol className="grid gap-2 pb-4">
        {asked.map((poll) => (
          <li key={poll.id}>
            <button
              type="button"
              onClick={() => go({ poll: poll.id })}
              aria-current={poll.id === chosen?.id || undefined}
              className="w-full cursor-pointer rounded-xl border-2 border-line bg-surface px-4 py-3 text-left aria-[current]:border-ink"
            >
              <span className="wrap-anywhere block font-semibold text-stage">{poll.question}</span>
              <span className="wrap-anywhere block text-aside text-muted">
                {outcomeOf(poll)}
                {poll.openedAt && ` · ${timeOf(poll.openedAt)}`}
                {poll.status === 'open' && ' · open'}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

const fileOf = ({ id }: ListedPoll, extension: string) => `/results.${extension}?poll=${encodeURIComponent(id)}`;

/** In the presenter's time zone. */
const timeOf = (at: string) =>
  new Date(at).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
