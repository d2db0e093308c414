import type { ReactNode } from 'react';
import { Counter } from './counter.tsx';
import type { Scene } from './scene.ts';
import { inMs, memoryDetail, mib, number, outcomes, percent, timeOfDay } from './words.ts';

/** The permanent containers: the launcher and the database. */
const PERMANENT = 2;
/** The function whose events are votes. */
const VOTES = 'record-vote';

/** The totals of today, and since the launcher started. */
export function Counters({ scene }: { scene: Scene }) {
  const { counters, memory } = scene;
  const crowd = counters?.reused[VOTES];
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 xl:grid-cols-[repeat(4,1fr)_1.6fr_1fr_1fr]">
      <Counter
        name="Containers now"
        testId="now"
        detail={counters && `${PERMANENT} always, ${scene.living()} on demand`}
      >
        {counters && number(PERMANENT + scene.living())}
      </Counter>
      <Counter
        name="Started today"
        testId="started"
        detail={counters && `${number(counters.today.removed)} gone, since ${timeOfDay(counters.today.since)}`}
      >
        {counters && number(counters.today.started)}
      </Counter>
      <Counter
        name="Exited 0"
        testId="status"
        detail={counters && `${number(counters.removed - counters.removedWell)} otherwise`}
      >
        {counters && percent(counters.removedWell, counters.removed)}
      </Counter>
      <Counter name="Invocations" testId="invocations" detail={counters && outcomes(counters)}>
        {counters && number(counters.invocations)}
      </Counter>
      <Counter name="Median latency" testId="p50" wide>
        {counters && <Medians {...counters.p50} />}
      </Counter>
      <Counter name="Votes per container" testId="reused" detail={counters && 'if reused under load'}>
        {counters && (crowd ? number(Math.round(crowd.events / crowd.containers)) : '–')}
      </Counter>
      <Counter name="Memory when idle" testId="memory" detail={memory && memoryDetail(memory)}>
        {memory ? mib(memory.launcher + memory.database) : counters && '–'}
      </Counter>
    </dl>
  );
}

/** The median latency of the latest invocations, by start kind. */
function Medians({ cold, prewarmed, warm }: { cold?: number; prewarmed?: number; warm?: number }): ReactNode {
  const kinds = { cold, prewarmed, warm };
  return (
    <span className="flex gap-x-4">
      {Object.entries(kinds).map(([kind, ms]) => (
        <span key={kind} className="whitespace-nowrap">
          <span className="block text-xl leading-9 2xl:text-2xl 2xl:leading-11">
            {ms === undefined ? '–' : inMs(ms)}
          </span>{' '}
          <span className="block font-normal text-muted text-sm leading-5 tracking-normal compact:text-xs 2xl:text-base">
            {kind}
          </span>
        </span>
      ))}
    </span>
  );
}
