import { useCallback, useEffect, useReducer, useState } from 'react';
import type { Tally } from '../results/tally.ts';
import { watchResults } from '../results/watch-results.ts';
import { firstView, viewAfter } from './poll-view.ts';
import { ServerClock } from './server-clock.ts';
import { type Stage, stageOf } from './stage.ts';

/** The poll as it is now. @param first what the server rendered; undefined if it didn't know the poll */
export function usePoll(first: Tally | undefined) {
  const [view, tell] = useReducer(viewAfter, first, firstView);
  const [clock] = useState(() => new ServerClock());
  const [connection, reconnect] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (first) clock.hear(first.serverTime, arrivalOfPage());
  }, [first, clock]);
  useEffect(
    () =>
      watchResults((news) => {
        if (news.kind === 'time') clock.hear(news.serverTime);
        else tell(news);
        if (news.kind === 'tally') clock.hear(news.tally.serverTime);
      }),
    [clock, connection],
  );
  const stage = useStage(view.tally, clock);
  return { ...view, stage, clock, reconnect: useCallback(() => reconnect(), []) };
}

/** The stage, which changes with the poll and each second of a countdown. */
function useStage(tally: Tally | undefined, clock: ServerClock): Stage {
  // The server and the browser's first rendering have to agree, so that one uses the page's own time.
  const [isRunning, setRunning] = useState(false);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const closesAt = tally?.poll.status === 'open' ? tally.poll.closesAt : null;
  useEffect(() => {
    setRunning(true);
    if (closesAt === null) return;
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      draw();
      const leftMs = Date.parse(closesAt) - (clock.now() ?? 0);
      // At the end of each second. It goes on after the last one, because a correction of the clock may turn it back.
      timer = setTimeout(tick, leftMs > 0 ? leftMs % 1000 || 1000 : 1000);
    };
    tick();
    return () => clearTimeout(timer);
  }, [closesAt, clock]);
  const now = isRunning ? clock.now() : undefined;
  return stageOf(tally, now ?? Date.parse(tally?.serverTime ?? ''));
}

/** When the first byte of the page arrived. Its time was taken before that. */
function arrivalOfPage(): number {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return page?.responseStart || performance.now();
}
