import type { ContainerView } from '@serverless-vote/contracts/activity';
import { doing } from './words.ts';

/** A container's progress: created, started, connected, running. */
const progress: Record<ContainerView['state'], number> = {
  starting: 1,
  connecting: 2,
  waiting: 3,
  running: 4,
  leaving: 4,
  gone: 4,
};
const fills = ['bg-phase-2', 'bg-phase-3', 'bg-phase-4', 'bg-on-demand'];

/** One slot of a part: empty, or a container from its start until it has faded out. */
export function ContainerTile({ view }: { view: ContainerView | undefined }) {
  if (!view)
    return <li className="h-15 rounded-lg border border-line border-dashed compact:h-13 sm:h-19" aria-hidden="true" />;
  const { state, served, containerId, ending } = view;
  const passed = progress[state];
  return (
    <li
      key={view.id}
      data-container={containerId}
      data-state={state}
      data-killed={ending === 137 || undefined}
      className="tile flex h-15 flex-col justify-between overflow-hidden rounded-lg border-2 border-on-demand bg-surface px-2 py-1 compact:h-13 compact:py-1 sm:h-19 sm:py-1.5 2xl:px-2.5"
    >
      <p className="truncate font-semibold text-[0.8125rem] leading-tight compact:text-sm 2xl:text-lg">{doing(view)}</p>
      <p className="flex justify-between gap-1 text-[0.6875rem] text-muted leading-tight 2xl:text-sm">
        <code className="truncate">{containerId ?? 'no id yet'}</code>
        {served > 1 && <b className="shrink-0 font-normal tabular-nums">{`${served}×`}</b>}
      </p>
      <p className="flex gap-0.5" aria-hidden="true">
        {fills.map((fill, index) => (
          <span key={fill} className={`h-1 grow rounded-full ${index < passed ? fill : 'bg-track'}`} />
        ))}
      </p>
    </li>
  );
}
