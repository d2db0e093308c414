import type { ReactNode } from 'react';

/** One sentence for first-time viewers. */
const sentences: Record<string, string> = {
  web: 'Serves these pages. A visitor starts it; without visitors it stops.',
  'record-vote': 'Writes one vote and exits; under load, vote after vote.',
  'fetch-results': 'Counts after each change, while somebody watches.',
};

/** A permanent part. */
export function PermanentPart({ name, area, children }: { name: string; area: string; children: ReactNode }) {
  return (
    <section
      className={`${area} flex flex-col justify-center gap-2 rounded-2xl border-2 border-permanent bg-surface p-4 compact:p-3 sm:p-5`}
    >
      <h2 className="flex items-center gap-2 font-semibold text-lg text-permanent sm:text-xl">
        <span className="size-2.5 shrink-0 rounded-full bg-permanent" />
        {name}
      </h2>
      <div className="flex flex-col gap-3 text-muted text-sm compact:text-sm sm:text-base 2xl:text-lg">{children}</div>
    </section>
  );
}

interface OnDemand {
  name: string;
  living: number;
  /** What a function's containers do after an event now: exit, or stay for the next. */
  serving: Serving | undefined;
  children: ReactNode;
}

type Serving = 'single-use' | 'reuse';

/** A part that consists of containers while there is work. */
export function OnDemandPart({ name, living, serving, children }: OnDemand) {
  return (
    <section
      data-part={name}
      data-living={living}
      className="rounded-2xl border-2 border-line p-3 transition-colors duration-300 data-[living]:border-on-demand data-[living='0']:border-line compact:px-3 compact:py-1.5 sm:p-4"
    >
      <div className="mb-2.5 flex flex-wrap items-baseline gap-x-3 compact:mb-1.5">
        <h2 className="font-semibold text-lg text-on-demand sm:text-xl">{name}</h2>
        <p className="order-1 w-full text-muted text-sm compact:order-none compact:w-auto compact:text-sm sm:text-base 2xl:order-none 2xl:w-auto">
          {sentences[name] ?? 'A function of the catalog: it runs while it has an event.'}
        </p>
        <p className="ml-auto text-muted text-sm tabular-nums 2xl:text-base">
          {serving && <ServingMark serving={serving} />}
          {living === 0 ? 'no container' : living === 1 ? '1 container' : `${living} containers`}
        </p>
      </div>
      {children}
    </section>
  );
}

/** Both words have their place all the time, so that nothing moves when one gives way to the other. */
function ServingMark({ serving }: { serving: Serving }) {
  return (
    <span data-serving={serving} className="mr-3 inline-grid justify-items-end">
      {(['single-use', 'reuse'] as const).map((word) => (
        <span key={word} className="serving" data-word={word} aria-hidden={word !== serving}>
          {word}
        </span>
      ))}
    </span>
  );
}
