import type { ListedPoll } from '@serverless-vote/list-polls/contract';
import { count, percentages } from '../results/tally.ts';

/** The options of a poll with their numbers, if there are any to see. */
export function PollOptions({ poll: { options, total, status } }: { poll: ListedPoll }) {
  const percent = percentages(options.map(({ votes }) => votes ?? 0));
  const most = Math.max(1, ...options.map(({ votes }) => votes ?? 0));
  return (
    <div className="poll-frame" data-options={options.length}>
      <ol className="poll-options">
        {options.map(({ id, label, votes }, index) => (
          <li key={id} data-option={id} data-votes={votes ?? undefined} className={`tone-${index} poll-option`}>
            <span className="wrap-anywhere font-semibold">{label}</span>
            {status !== 'draft' && (
              <span className="text-muted tabular-nums">
                {votes === null ? (
                  'hidden'
                ) : (
                  <>
                    {count(votes)}{' '}
                    <b className={`inline-block min-w-[4ch] text-right ${votes === most ? 'text-tone' : 'text-ink'}`}>
                      {percent[index]}%
                    </b>
                  </>
                )}
              </span>
            )}
            {/* An SVG, because its widths are attributes, which need no inline styles. */}
            {status !== 'draft' && (
              <svg className="poll-bar" aria-hidden="true" data-hidden={votes === null || undefined}>
                {votes !== null && (
                  <rect height="100%" className="fill-tone" width={`${(votes / (total || 1)) * 100}%`} />
                )}
              </svg>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
