import type { Phases, Receipt } from '../receipt.ts';

/** In the order in which they happen. */
const phases = [
  { key: 'queueMs', name: 'queued', fill: 'fill-phase-1', dot: 'bg-phase-1' },
  { key: 'createMs', name: 'created', fill: 'fill-phase-2', dot: 'bg-phase-2' },
  { key: 'startMs', name: 'started', fill: 'fill-phase-3', dot: 'bg-phase-3' },
  { key: 'initMs', name: 'connected', fill: 'fill-phase-4', dot: 'bg-phase-4' },
  { key: 'runMs', name: 'ran', fill: 'fill-phase-5', dot: 'bg-phase-5' },
] as const;

const inWords = { cold: 'Cold', prewarmed: 'Prewarmed', warm: 'Warm' } as const;

const fates: Record<Receipt['startKind'], { now: string; story: string }> = {
  cold: { now: 'which no longer exists', story: 'it was started for your vote' },
  prewarmed: { now: 'which no longer exists', story: 'it was waiting for your vote' },
  warm: {
    now: 'which serves the crowd',
    story: 'it takes one waiting vote after another, and exits when there are none',
  },
};

/** The receipt: which container recorded the vote, and how long each phase took. `stale`: a newer vote is being sent. */
export function Proof({ receipt, stale }: { receipt: Receipt; stale: boolean }) {
  const { containerId, durationMs, startKind } = receipt;
  return (
    <div className={`transition-all duration-200 ${stale ? 'invisible opacity-0 delay-150' : ''}`}>
      <p className="text-pretty text-muted lg:text-lg">
        Recorded in <strong className="font-semibold text-ink">{inMs(durationMs)}</strong> by container{' '}
        <code className="text-[0.9em] text-ink">{containerId}</code>, {fates[startKind].now}.{' '}
        <strong className="font-semibold text-ink">{inWords[startKind]}</strong>: {fates[startKind].story}. All times
        are the server’s.
      </p>
      <PhaseBar phases={receipt.phases} />
    </div>
  );
}

/** An SVG, because its widths are attributes, which need neither a script nor inline styles. */
function PhaseBar({ phases: spent }: { phases: Phases }) {
  const passed = phases.flatMap((phase) => {
    const ms = spent[phase.key];
    return ms === undefined ? [] : [{ ...phase, ms }];
  });
  const totalMs = passed.reduce((sum, { ms }) => sum + ms, 0);
  if (totalMs === 0) return null;
  let elapsedMs = 0;
  return (
    <div className="mt-3 max-w-2xl">
      <svg className="h-2 w-full rounded-full bg-track" aria-hidden="true">
        {passed.map(({ key, fill, ms }) => {
          const x = elapsedMs;
          elapsedMs += ms;
          return (
            <rect
              key={key}
              className={fill}
              height="100%"
              x={`${(x / totalMs) * 100}%`}
              width={`${(ms / totalMs) * 100}%`}
            />
          );
        })}
      </svg>
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-muted text-sm tabular-nums">
        {passed.map(({ key, name, dot, ms }) => (
          <li key={key} className="flex items-center gap-1.5">
            <span className={`size-2 rounded-full ${dot}`} />
            {name} {inMs(ms)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** With one decimal below 10 ms. */
const inMs = (ms: number) => `${ms < 9.95 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
