import type { ReactNode } from 'react';

type Props = { name: string; testId: string; detail?: string | undefined; wide?: boolean; children: ReactNode };

/** A number, its name, and a detail. Has its final size while it is still empty. */
export function Counter({ name, testId, detail, wide, children }: Props) {
  return (
    <div className={wide ? 'col-span-2 xl:col-span-1' : ''}>
      <dt className="text-muted text-sm 2xl:text-base">{name}</dt>
      <dd
        data-testid={testId}
        className="blank min-h-9 font-semibold text-3xl leading-9 tracking-tight 2xl:text-4xl 2xl:leading-11 tabular-nums"
      >
        {children}
      </dd>
      <dd className="blank min-h-5 text-muted text-sm tabular-nums compact:text-xs 2xl:text-base">{detail}</dd>
    </div>
  );
}
