'use client';

import type { Option } from '../poll.ts';
import type { Receipt } from '../receipt.ts';
import type { Problem } from './problem.ts';
import { Proof } from './proof.tsx';
import { wordsFor } from './status.ts';
import { useBallot } from './use-ballot.ts';
import { useWarmUp } from './use-warm-up.ts';

type Props = {
  options: readonly Option[];
  receipt: Receipt | undefined;
  problem: Problem | undefined;
  isPaused: boolean;
};

/** The options, and the status of the vote. A form, so that it also works before the script has loaded, and without it. */
export function Ballot({ options, receipt: lastReceipt, problem, isPaused }: Props) {
  const { choice, status, receipt, cast } = useBallot(lastReceipt, problem, isPaused);
  useWarmUp();
  const label = options.find((option) => option.id === choice)?.label;
  const alarming = ['failed', 'paused', 'held', 'offline', 'reconnecting'].includes(status.kind);
  return (
    <>
      <form
        action="/vote"
        method="post"
        data-options={options.length}
        className="options grid auto-rows-[minmax(var(--option),auto)] gap-3 sm:grid-cols-2 sm:gap-5"
        onSubmit={(event) => {
          const button = (event.nativeEvent as SubmitEvent).submitter;
          if (!(button instanceof HTMLButtonElement)) return;
          event.preventDefault();
          cast(button.value);
        }}
      >
        {options.map(({ id, label }, index) => (
          <button
            key={id}
            type="submit"
            name="choice"
            value={id}
            aria-pressed={id === choice}
            className={`tone-${index} group relative cursor-pointer touch-manipulation rounded-2xl border-2 border-line bg-surface px-5 py-4 pr-17 text-left transition-[background-color,border-color,color,scale] duration-200 ease-settle hover:border-tone active:scale-[0.985] aria-pressed:border-tone aria-pressed:bg-tone aria-pressed:text-on-tone sm:rounded-3xl sm:py-6 sm:pr-22 sm:pl-8`}
          >
            <span className="wrap-anywhere font-semibold text-balance text-[length:var(--label)] leading-tight tracking-tight">
              {label}
            </span>
            <Mark />
          </button>
        ))}
      </form>
      {/* Sticks to the window's edge, so that it is in sight whichever of many options was tapped. */}
      <p
        role="status"
        className={`verdict sticky bottom-0 -mx-5 mt-2 bg-paper px-5 py-3 font-medium text-lg sm:mx-0 sm:mt-4 sm:px-0 ${alarming ? 'text-permanent' : ''}`}
      >
        {wordsFor(status, label)}
      </p>
      <div className="min-h-40 sm:min-h-28">
        {receipt && <Proof receipt={receipt} stale={status.kind !== 'recorded' && status.kind !== 'changed'} />}
      </div>
    </>
  );
}

/** A circle in the option's colour, with a check mark if it is chosen. */
function Mark() {
  return (
    <svg
      viewBox="0 0 32 32"
      aria-hidden="true"
      className="absolute top-1/2 right-5 size-8 -translate-y-1/2 fill-none stroke-tone stroke-[2.5] group-aria-pressed:stroke-on-tone sm:right-8"
    >
      <circle cx="16" cy="16" r="14" />
      <path
        d="m10 16.5 4.5 4.5 8-9"
        strokeLinecap="round"
        strokeLinejoin="round"
        className="opacity-0 group-aria-pressed:opacity-100"
      />
    </svg>
  );
}
