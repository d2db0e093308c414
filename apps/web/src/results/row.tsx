import { count, type Numbers } from './tally.ts';

/** `numbers` are unknown until the first ones come in. */
type Props = { id: string; label: string; tone: string; numbers: Numbers | undefined };

/** One option: its name, its numbers, and a bar that slides to its share. */
export function Row({ id, label, tone, numbers }: Props) {
  return (
    <li data-option={id} data-votes={numbers?.votes} data-leads={numbers?.leads} className={`group ${tone}`}>
      <div className="flex items-baseline justify-between gap-4">
        <span className="wrap-anywhere min-w-0 text-balance font-semibold text-[length:var(--row)] leading-tight tracking-tight">
          {label}
        </span>
        <span className="flex shrink-0 items-baseline gap-[0.3em] text-[length:var(--row)] tabular-nums">
          <span className="text-[length:max(1rem,0.45em)] text-muted">{numbers && count(numbers.votes)}</span>
          <span className="min-w-[4ch] text-right font-semibold leading-tight tracking-tight group-data-[leads=true]:text-tone">
            {numbers && `${numbers.percent}%`}
          </span>
        </span>
      </div>
      <div className="mt-[0.35em] h-[calc(var(--row)*0.55)] overflow-hidden rounded-[0.14em] bg-track text-[length:var(--row)] forced-color-adjust-none">
        <div
          className="h-full w-full -translate-x-full rounded-[inherit] bg-tone transition-transform duration-700 ease-settle"
          style={numbers && { translate: `${(numbers.share - 1) * 100}%` }}
        />
      </div>
    </li>
  );
}
