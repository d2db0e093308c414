import { Announcement } from '../announcement.tsx';
import { lengthOf } from '../app/question.tsx';
import type { Option } from '../poll.ts';
import { LiveMark } from './live-mark.tsx';
import { Row } from './row.tsx';
import { count, numbersOf, standingOf, wordsFor } from './tally.ts';
import { useTally } from './use-tally.ts';

/** `secret`: the presenter hides the numbers of the options, but not the total. */
type Props = { options: readonly Option[]; servedAt: number; secret: boolean };

/** The live results. Has its final size before the first numbers, so nothing jumps. */
export function Board({ options, servedAt, secret }: Props) {
  const { tally, feed } = useTally();
  const numbers = tally && !secret ? numbersOf(tally) : undefined;
  const standing = tally && standingOf(tally);
  const longest = options.reduce((longest, { label }) => (label.length > longest.length ? label : longest), '');
  const words = secret ? 'The numbers will be revealed soon' : standing ? wordsFor(standing) : '';
  return (
    <>
      <div data-options={options.length} className="board-frame col-start-1 noscript:hidden py-2 max-sm:grid">
        <ol
          data-options={options.length}
          data-many={options.length > 4 || undefined}
          data-length={lengthOf(longest, 10, 22)}
          data-secret={secret || undefined}
          data-empty={tally?.total === 0 || undefined}
          className="board"
        >
          {(tally?.options ?? options).map(({ id, label }, index) => (
            <Row key={id} id={id} label={label} tone={`tone-${index}`} numbers={numbers?.[index]} />
          ))}
        </ol>
      </div>
      <div className="col-span-full mt-4 grid noscript:hidden items-baseline gap-x-8 gap-y-2 border-line border-t-2 pt-4 sm:grid-cols-[auto_1fr_auto]">
        <p className="flex min-w-[12rem] items-baseline gap-[0.35em] text-stage">
          <span data-testid="total" className="blank font-semibold text-[2em] leading-none tracking-tight tabular-nums">
            {tally && <Grouped digits={String(tally.total)} />}
          </span>
          {tally && <span className="text-muted">{tally.total === 1 ? 'vote' : 'votes'}</span>}
        </p>
        <p className="blank font-semibold text-stage sm:text-center">{words}</p>
        <LiveMark feed={feed} updatedAt={tally?.updatedAt} servedAt={servedAt} />
      </div>
      <Announcement text={tally ? `${words}. ${count(tally.total)} in total.` : ''} />
    </>
  );
}

/** A bare number, for programs that read the page; the style sheet draws the commas. */
function Grouped({ digits }: { digits: string }) {
  const groups = digits.split(/(?=(?:\d{3})+$)/);
  return groups.map((group, index) => (
    <span key={groups.length - index} className={index > 0 ? "before:content-[',']" : ''}>
      {group}
    </span>
  ));
}
