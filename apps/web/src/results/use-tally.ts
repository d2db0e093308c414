import { useEffect, useState } from 'react';
import type { Tally } from './tally.ts';
import { watchResults } from './watch-results.ts';

/** The state of the connection to the results. */
export type EventBus = 'connecting' | 'live' | 'paused' | 'lost';

/** The latest tally, and whether it is live. */
export function useTally() {
  const [view, setView] = useState<{ tally: Tally | undefined; feed: EventBus }>({
    tally: undefined,
    feed: 'connecting',
  });
  useEffect(
    () =>
      watchResults((news) =>
        setView(({ tally }) =>
          news.kind === 'tally' ? { tally: news.tally, feed: 'live' } : { tally, feed: news.kind },
        ),
      ),
    [],
  );
  return view;
}
