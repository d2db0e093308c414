import { count, type Numbers } from './tally.ts';

/** `numbers` are unknown until the first ones arrive. */
type Props = { id: string; label: string; tone: string; numbers: Numbers | undefined };

/** One option: its name, its numbers, and a bar whose length is its share. */
export function Row({ id, label, tone, numbers }: Props) {
  return (
    <li
      data-option={id}
      data-votes={numbers?.votes}
      data-leads={numbers?.leads}
      className={`result group tracking-tight tabular-nums ${tone}`}
    >
      <span dir="auto" className="result-name wrap-anywhere text-balance text-left font-semibold">
        {label}
      </span>
      <span className="result-votes blank tracking-normal text-muted">{numbers && count(numbers.votes)}</span>
      <span className="result-percent blank text-right font-semibold group-data-[leads=true]:text-tone">
        {numbers && `${numbers.percent}%`}
      </span>
      <div className="result-bar overflow-hidden rounded-[0.14em] bg-track forced-color-adjust-none">
        <div
          className="h-full w-full -translate-x-full rounded-[inherit] bg-tone transition-[translate,background-color] duration-700 ease-settle"
          style={numbers && { translate: `${(numbers.share - 1) * 100}%` }}
        />
      </div>
    </li>
  );
}
