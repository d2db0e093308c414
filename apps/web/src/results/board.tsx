import { Announcement } from '../announcement.tsx';
import type { Option } from '../poll.ts';
import { LiveMark } from './live-mark.tsx';
import { Row } from './row.tsx';
import { count, numbersOf, standingOf, wordsFor } from './tally.ts';
import { useTally } from './use-tally.ts';

/** `secret`: the presenter keeps the numbers for later; how many have voted is no secret. */
type Props = { options: readonly Option[]; servedAt: number; secret: boolean };

/** The results, as they come in. Before the first numbers it has its final size already, so nothing jumps. */
export function Board({ options, servedAt, secret }: Props) {
  const { tally, feed } = useTally();
  const numbers = tally && !secret ? numbersOf(tally) : undefined;
  const standing = tally && standingOf(tally);
  const words = secret ? 'The numbers will be revealed soon' : standing ? wordsFor(standing) : '';
  return (
    <>
      <ol
        data-options={options.length}
        className="board col-start-1 noscript:hidden grid content-evenly gap-x-16 gap-y-6 py-2"
      >
        {(tally?.options ?? options).map(({ id, label }, index) => (
          <Row key={id} id={id} label={label} tone={`tone-${index}`} numbers={numbers?.[index]} />
        ))}
      </ol>
      <div className="col-span-full noscript:hidden mt-6 grid items-baseline gap-x-10 gap-y-2 border-line border-t-2 pt-5 sm:mt-8 sm:grid-cols-[1fr_1fr_15rem]">
        <p className="flex items-baseline gap-[0.35em] text-[clamp(1.125rem,0.9rem+1vw,2rem)]">
          <span data-testid="total" className="blank font-semibold text-[2em] leading-none tracking-tight tabular-nums">
            {tally?.total}
          </span>
          {tally && <span className="text-muted">{tally.total === 1 ? 'vote' : 'votes'}</span>}
        </p>
        <p className="blank font-medium text-[clamp(1.125rem,0.9rem+1vw,2rem)]">{words}</p>
        <LiveMark feed={feed} updatedAt={tally?.updatedAt} servedAt={servedAt} />
      </div>
      <Announcement text={tally ? `${words}. ${count(tally.total)} in total.` : ''} />
    </>
  );
}
