import { count, isCounted, numbersOf, type Tally } from '../results/tally.ts';
import { Label } from './label.tsx';

type Props = { tally: Tally; isFinal: boolean; choice: string | undefined };

/** The options after voting has ended: where the buttons were, and as large. The winner is filled; before there is one, the own choice. */
export function Outcome({ tally, isFinal, choice }: Props) {
  const numbers = isFinal && isCounted(tally) ? numbersOf(tally) : undefined;
  return (
    <ol
      aria-label="Result"
      data-options={tally.options.length}
      className="options grid auto-rows-[minmax(var(--option),auto)] gap-3 sm:grid-cols-2 sm:gap-5"
    >
      {tally.options.map(({ id, label }, index) => {
        const of = numbers?.[index];
        const isMine = id === choice;
        return (
          <li
            key={id}
            data-option={id}
            data-votes={of?.votes}
            data-filled={(of ? of.leads : isMine) || undefined}
            className={`tone-${index} option group flex items-center ${isMine ? 'border-tone' : 'border-line'} bg-surface data-[filled]:border-tone data-[filled]:bg-tone data-[filled]:text-on-tone`}
          >
            <Label>{label}</Label>
            {isMine && (
              <span className="-top-3 absolute left-4 rounded-full border-2 border-tone bg-paper px-2 font-medium text-ink text-xs leading-5 sm:left-7">
                Your vote
              </span>
            )}
            {of && <Share percent={of.percent} share={of.share} votes={of.votes} />}
          </li>
        );
      })}
    </ol>
  );
}

function Share({ percent, share, votes }: { percent: number; share: number; votes: number }) {
  return (
    <>
      <span className="absolute top-1/2 right-5 -translate-y-1/2 font-semibold text-[length:clamp(1.125rem,0.75*var(--label),2rem)] tabular-nums sm:right-8">
        {percent}%<span className="sr-only">, {count(votes)}</span>
      </span>
      {/* An SVG, because its widths are attributes, which need neither a script nor inline styles. */}
      <span className="pointer-events-none absolute inset-0 overflow-hidden rounded-[0.875rem] sm:rounded-[1.375rem]">
        <svg className="absolute inset-x-0 bottom-0 h-2 w-full" aria-hidden="true">
          <g className="fill-tone group-data-[filled]:fill-on-tone">
            <rect height="100%" width="100%" opacity="0.2" />
            <rect height="100%" width={`${share * 100}%`} />
          </g>
        </svg>
      </span>
    </>
  );
}
