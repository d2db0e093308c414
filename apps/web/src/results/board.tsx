import { Announcement } from '../announcement.tsx';
import { lengthOf } from '../app/question.tsx';
import { Clock } from '../poll/clock.tsx';
import type { PollView } from '../poll/poll-view.ts';
import type { ServerClock } from '../poll/server-clock.ts';
import { isEnding, numbersWords, roundOf, type Stage, secondsLeftOf } from '../poll/stage.ts';
import { LiveMark } from './live-mark.tsx';
import { Row } from './row.tsx';
import { count, isCounted, numbersOf, type Tally } from './tally.ts';

/** `isCovered`: this screen doesn't show the numbers of the options, only the total. */
type Props = Omit<PollView, 'tally'> & { tally: Tally; stage: Stage; clock: ServerClock; isCovered: boolean };

const COVERED = 'The numbers will be revealed soon';

/** The live results. Has its final size before the first numbers, so nothing jumps. */
export function Board({ tally, stage, feed, isLive, clock, isCovered }: Props) {
  const isSecret = isCovered || !isCounted(tally);
  const numbers = isLive && !isCovered && isCounted(tally) ? numbersOf(tally) : undefined;
  const labels = tally.options.map(({ label }) => label);
  const longest = labels.reduce((longest, label) => (label.length > longest.length ? label : longest), '');
  const words = !isLive ? '' : isCovered ? COVERED : numbersWords(stage);
  const isFinal = stage.kind === 'final' && isLive && !isCovered;
  const leaders = isFinal ? (numbers ?? []).flatMap(({ leads }, index) => (leads ? [index] : [])) : [];
  const round = roundOf(tally);
  return (
    <>
      <div data-options={labels.length} className="board-frame col-start-1 noscript:hidden py-2 max-sm:grid">
        <ol
          key={round}
          data-options={labels.length}
          data-many={labels.length > 4 || undefined}
          data-length={lengthOf(longest, 10, 22)}
          data-secret={isSecret || undefined}
          data-empty={tally.total === 0 || undefined}
          data-final={(isFinal && tally.total > 0) || undefined}
          className="board appears"
        >
          {tally.options.map(({ id, label }, index) => (
            <Row key={id} id={id} label={label} tone={`tone-${index}`} numbers={numbers?.[index]} />
          ))}
        </ol>
      </div>
      <div className="col-span-full mt-4 grid noscript:hidden items-baseline gap-x-8 gap-y-2 border-line border-t-2 pt-4 sm:grid-cols-[auto_minmax(0,1fr)_auto]">
        <p className="flex min-w-[12rem] items-baseline gap-[0.35em] text-stage">
          <span data-testid="total" className="blank font-semibold text-[2em] leading-none tracking-tight tabular-nums">
            {isLive && <Grouped digits={String(tally.total)} />}
          </span>
          {isLive && <span className="text-muted">{tally.total === 1 ? 'vote' : 'votes'}</span>}
        </p>
        <p
          data-final={isFinal || undefined}
          className={`moment flex min-h-[2em] items-baseline gap-x-[0.6em] font-semibold text-stage sm:min-h-0 sm:justify-center ${leaders.length === 1 ? `tone-${leaders[0]}` : ''}`}
        >
          {isLive && <Clock stage={stage} className="text-[2em] leading-none tracking-tight" />}
          {/* Other words are other letters in another place, not the same ones that jump. */}
          <span
            key={`${words} ${secondsLeftOf(stage) === undefined}`}
            className="blank wrap-anywhere min-w-0 text-balance leading-tight"
          >
            {words}
          </span>
        </p>
        <LiveMark
          feed={feed}
          isClosed={stage.kind === 'secret' || stage.kind === 'final'}
          updatedAt={isLive ? tally.updatedAt : undefined}
          clock={clock}
        />
      </div>
      <Announcement
        text={isLive ? `${isEnding(stage) ? 'Ten seconds left. ' : ''}${words}. ${count(tally.total)} in total.` : ''}
        topic={`${round} ${stage.kind} ${isEnding(stage)}`}
      />
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
