import { isEnding, onClock, type Stage, secondsLeftOf } from './stage.ts';

/** The countdown, if there is one. Screen readers are told when it begins and when it ends, not each second. */
export function Clock({ stage, className = '' }: { stage: Stage; className?: string }) {
  const secondsLeft = secondsLeftOf(stage);
  if (secondsLeft === undefined) return null;
  return (
    <span
      role="timer"
      aria-live="off"
      data-testid="countdown"
      data-ending={isEnding(stage) || undefined}
      className={`clock font-semibold text-ink tabular-nums data-[ending]:text-permanent ${className}`}
    >
      <span key={secondsLeft}>{onClock(secondsLeft)}</span>
    </span>
  );
}
