import { useEffect, useState } from 'react';
import type { Stage } from '../poll/stage.ts';
import { Label } from './label.tsx';
import { Outcome } from './outcome.tsx';
import { Proof } from './proof.tsx';
import { closingWords, MISSED, wordsFor } from './status.ts';
import { type Beginning, useBallot } from './use-ballot.ts';

/** A tap within this time after the question has changed was meant for the one before. */
const TOO_QUICK_MS = 600;

type Props = Beginning & {
  stage: Exclude<Stage, { kind: 'unknown' }>;
  /** The question appeared while the page was open. */
  isFresh: boolean;
  /** A vote on the question before was under way when it appeared. */
  isMissed: boolean;
  onLate: () => void;
  onLeft: (isUnderWay: boolean) => void;
};

const alarming = ['failed', 'paused', 'held', 'offline', 'reconnecting', 'late'];

/** The options, and the status of the vote. A form, so that it also works before the script has loaded, and without it. */
export function Ballot({ stage, isFresh, isMissed, onLate, onLeft, ...beginning }: Props) {
  const { poll, options } = stage.tally;
  const isOpen = stage.kind === 'voting';
  const round = { poll: poll.id, isOpen, onLate, onLeft };
  const { choice, status, receipt, cast } = useBallot(beginning, round);
  const isTooQuick = useFor(TOO_QUICK_MS, isFresh);
  const label = options.find((option) => option.id === choice)?.label;
  const isNews = isMissed || (isOpen && beginning.problem === 'closed');
  const words = !isOpen
    ? closingWords(status, label, stage)
    : isNews && (status.kind === 'open' || status.kind === 'late')
      ? MISSED
      : wordsFor(status, label);
  return (
    <>
      {isOpen ? (
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
          <input type="hidden" name="poll" value={poll.id} />
          {options.map(({ id, label }, index) => (
            <button
              key={id}
              type="submit"
              name="choice"
              value={id}
              disabled={isTooQuick}
              aria-pressed={id === choice}
              className={`tone-${index} option group cursor-pointer touch-manipulation border-line bg-surface text-left hover:border-tone active:scale-[0.985] aria-pressed:border-tone aria-pressed:bg-tone aria-pressed:text-on-tone`}
            >
              <Label>{label}</Label>
              <Mark />
            </button>
          ))}
        </form>
      ) : (
        <Outcome tally={stage.tally} isFinal={stage.kind === 'final'} choice={choice} />
      )}
      {/* Sticks to the window's edge, so that it is in sight whichever of many options was tapped. */}
      <p
        role="status"
        className={`verdict sticky bottom-0 -mx-5 mt-2 bg-paper px-5 py-3 font-medium text-lg sm:mx-0 sm:mt-4 sm:px-0 ${alarming.includes(status.kind) && words !== MISSED ? 'text-permanent' : ''}`}
      >
        {words}
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

/** True for this long after the component has appeared, if `isOn`. */
function useFor(ms: number, isOn: boolean): boolean {
  const [isOver, setOver] = useState(!isOn);
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return !isOver;
}
