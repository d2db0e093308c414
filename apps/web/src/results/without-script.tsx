import { numbersWords, stageOf } from '../poll/stage.ts';
import { count, isCounted, numbersOf, type PublicTally, type Tally } from './tally.ts';

/** Only browsers without JavaScript go there, so no other page renders the numbers twice. */
const WITH_NUMBERS = '/results?numbers';
const EVERY_SECONDS = 10;

/** The results for browsers without JavaScript: leads to the page with numbers, or is that page, and renews itself. */
export function WithoutScript({ tally, hasNumbers }: { tally: Tally | undefined; hasNumbers: boolean }) {
  return (
    <noscript>
      <meta httpEquiv="refresh" content={`${hasNumbers ? EVERY_SECONDS : 0}; url=${WITH_NUMBERS}`} />
      <div className="col-start-1 pb-6 text-lg">
        {hasNumbers && (tally ? <Numbers tally={tally} /> : <p>Counting is paused.</p>)}
        <p className="pt-4 text-muted">
          Renewed every {EVERY_SECONDS} seconds. Following each vote takes JavaScript; voting works without.
        </p>
      </div>
    </noscript>
  );
}

function Numbers({ tally }: { tally: Tally }) {
  const stage = stageOf(tally, Date.parse(tally.serverTime));
  return (
    <>
      {isCounted(tally) && <Bars tally={tally} />}
      <p className="text-stage">
        <span data-testid="total" className="font-semibold">
          {tally.total}
        </span>{' '}
        {tally.total === 1 ? 'vote' : 'votes'}. {numbersWords(stage)}.
      </p>
    </>
  );
}

function Bars({ tally }: { tally: PublicTally }) {
  const numbers = numbersOf(tally);
  return (
    <ol>
      {tally.options.map(({ id, label, votes }, index) => (
        <li key={id} data-option={id} data-votes={votes} className={`tone-${index} mb-4`}>
          <p className="flex justify-between gap-4 font-semibold text-stage">
            <span dir="auto" className="wrap-anywhere">
              {label}
            </span>
            <span className="shrink-0 tabular-nums">
              <span className="font-normal text-muted">{count(votes)}</span> {numbers[index]?.percent}%
            </span>
          </p>
          {/* An SVG, because its widths are attributes, which need neither a script nor inline styles. */}
          <svg className="h-3 w-full rounded-full bg-track" aria-hidden="true">
            <rect height="100%" className="fill-tone" width={`${(numbers[index]?.share ?? 0) * 100}%`} />
          </svg>
        </li>
      ))}
    </ol>
  );
}
