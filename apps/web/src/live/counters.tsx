import type { ReactNode } from 'react';
import type { Scene } from './scene.ts';
import { inMs, number, percent } from './words.ts';

/** Always there: the launcher and the database. */
const PERMANENT = 2;

/** What it comes to, since the launcher started. */
export function Counters({ scene }: { scene: Scene }) {
  const { counters } = scene;
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 xl:grid-cols-[repeat(4,1fr)_1.6fr_1fr]">
      <Counter
        name="Containers now"
        testId="now"
        detail={counters && `${PERMANENT} always, ${scene.living()} on demand`}
      >
        {counters && number(PERMANENT + scene.living())}
      </Counter>
      <Counter name="Started" testId="started" detail={counters && `${number(counters.removed)} removed again`}>
        {counters && number(counters.started)}
      </Counter>
      <Counter
        name="Left with status 0"
        testId="status"
        detail={counters && `${number(counters.removed - counters.removedWell)} otherwise`}
      >
        {counters && percent(counters.removedWell, counters.removed)}
      </Counter>
      <Counter name="Invocations" testId="invocations" detail={counters && outcomes(counters)}>
        {counters && number(counters.invocations)}
      </Counter>
      <Counter name="Half answered within" testId="p50" detail={counters && 'by how the container was started'}>
        {counters && <Halves {...counters.p50} />}
      </Counter>
      <Counter name="Events per container" testId="drained" detail={counters && 'in a crowd, before it left'}>
        {counters &&
          (counters.drained ? number(Math.round(counters.drained.events / counters.drained.containers)) : '–')}
      </Counter>
    </dl>
  );
}

function Counter({
  name,
  testId,
  detail,
  children,
}: {
  name: string;
  testId: string;
  detail: string | undefined;
  children: ReactNode;
}) {
  return (
    <div>
      <dt className="text-muted text-sm sm:text-base">{name}</dt>
      <dd data-testid={testId} className="blank min-h-9 font-semibold text-3xl leading-9 tracking-tight tabular-nums">
        {children}
      </dd>
      <dd className="blank min-h-5 text-muted text-sm tabular-nums">{detail}</dd>
    </div>
  );
}

function Halves({ cold, prewarmed, warm }: { cold?: number; prewarmed?: number; warm?: number }) {
  const kinds = [
    { kind: 'cold', ms: cold },
    { kind: 'prewarmed', ms: prewarmed },
    { kind: 'warm', ms: warm },
  ];
  return (
    <span className="flex flex-wrap items-baseline gap-x-3 text-lg xl:leading-9">
      {kinds.map(({ kind, ms }) => (
        <span key={kind} className="whitespace-nowrap">
          {ms === undefined ? '–' : inMs(ms)} <span className="font-normal text-muted text-sm">{kind}</span>
        </span>
      ))}
    </span>
  );
}

function outcomes({
  invocations,
  succeeded,
  retried,
}: {
  invocations: number;
  succeeded: number;
  retried: number;
}): string {
  const failed = invocations - succeeded;
  return `${failed === 0 ? 'none failed' : `${number(failed)} failed`}, ${number(retried)} tried again`;
}
