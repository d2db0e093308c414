'use client';

import type { Option } from '../poll.ts';
import { Announcement } from './announcement.tsx';
import { LiveMark } from './live-mark.tsx';
import { count, percentages, standingOf, wordsFor } from './tally.ts';
import { useTally } from './use-tally.ts';

type Props = { options: readonly Option[]; servedAt: number };

/** The results, as they come in. Before the first numbers it has its final size already, so nothing jumps. */
export function Board({ options, servedAt }: Props) {
  const { tally, feed } = useTally();
  const shown = tally?.options ?? options;
  const shares = tally && percentages(tally.options.map(({ votes }) => votes));
  const standing = tally && standingOf(tally);
  const words = standing ? wordsFor(standing) : '';
  return (
    <>
      <ol
        data-options={options.length}
        className="board noscript:hidden grid grow content-evenly gap-x-16 gap-y-6 py-2"
      >
        {shown.map(({ id, label }, index) => (
          <Row
            key={id}
            id={id}
            label={label}
            tone={`tone-${index}`}
            votes={tally?.options[index]?.votes}
            percent={shares?.[index]}
            leads={standing?.leaders.includes(label) ?? false}
          />
        ))}
      </ol>
      <div className="noscript:hidden mt-6 flex flex-wrap items-baseline justify-between gap-x-10 gap-y-2 border-line border-t-2 pt-5 sm:mt-10">
        <p className="flex items-baseline gap-[0.35em] text-[clamp(1.125rem,0.9rem+1vw,2rem)]">
          <span
            data-testid="total"
            className="font-semibold text-[2em] leading-none tracking-tight tabular-nums"
          >
            {tally?.total ?? '–'}
          </span>
          <span className="text-muted">{tally?.total === 1 ? 'vote' : 'votes'}</span>
        </p>
        <p className="min-h-[1.5em] font-medium text-[clamp(1.125rem,0.9rem+1vw,2rem)]">{words}</p>
        <LiveMark feed={feed} updatedAt={tally?.updatedAt} servedAt={servedAt} />
      </div>
      <Announcement text={tally ? `${words}. ${count(tally.total)} in total.` : ''} />
    </>
  );
}

type RowProps = {
  id: string;
  label: string;
  tone: string;
  votes: number | undefined;
  percent: number | undefined;
  leads: boolean;
};

/** One option: its name, its numbers, and a bar that slides to its share. */
function Row({ id, label, tone, votes, percent, leads }: RowProps) {
  return (
    <li data-option={id} data-votes={votes} data-leads={leads} className={`group ${tone}`}>
      <div className="flex items-baseline justify-between gap-4">
        <span className="wrap-anywhere min-w-0 text-balance font-semibold text-[length:var(--row)] leading-tight tracking-tight">
          {label}
        </span>
        <span className="flex shrink-0 items-baseline gap-[0.3em] text-[length:var(--row)] tabular-nums">
          <span className="text-[length:max(1rem,0.45em)] text-muted">
            {votes === undefined ? '' : count(votes)}
          </span>
          <span className="min-w-[4ch] text-right font-semibold leading-tight tracking-tight group-data-[leads=true]:text-tone">
            {percent === undefined ? '–' : `${percent}%`}
          </span>
        </span>
      </div>
      <div className="mt-[0.35em] h-[calc(var(--row)*0.55)] overflow-hidden rounded-[0.14em] bg-track forced-color-adjust-none text-[length:var(--row)]">
        <div
          className="h-full w-full -translate-x-full rounded-[inherit] bg-tone transition-transform duration-700 ease-settle"
          style={percent === undefined ? undefined : { translate: `${percent - 100}%` }}
        />
      </div>
    </li>
  );
}
