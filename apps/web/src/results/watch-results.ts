import type { Tally } from './tally.ts';

/** What the stream says. */
export type News =
  | { kind: 'tally'; tally: Tally }
  /** Results can't be computed just now; the connection stands. */
  | { kind: 'paused' }
  /** The connection is gone, and will be tried again. */
  | { kind: 'lost' };

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;

/**
 * Follows the results as they change, until the returned function is called. A hidden tab doesn't listen: browsers
 * allow six connections per host, and a visible tab may need one.
 */
export function watchResults(tell: (news: News) => void): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;

  function close(): void {
    clearTimeout(retry);
    source?.close();
    source = undefined;
  }

  function open(): void {
    close();
    if (document.hidden) return;
    source = new EventSource('/streams/results');
    source.onmessage = ({ data }) => {
      retryMs = FIRST_RETRY_MS;
      tell({ kind: 'tally', tally: JSON.parse(data) });
    };
    source.addEventListener('paused', () => tell({ kind: 'paused' }));
    // An EventSource tries again after a broken connection, but not after an answer like 503: so we do it for both.
    source.onerror = () => {
      close();
      tell({ kind: 'lost' });
      retry = setTimeout(open, retryMs * (0.75 + Math.random() / 2));
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    };
  }

  const listening = new AbortController();
  const on = { signal: listening.signal };
  document.addEventListener('visibilitychange', open, on);
  addEventListener('online', open, on);
  // A page that waits in the browser's history holds no connection either.
  addEventListener('pagehide', close, on);
  addEventListener('pageshow', ({ persisted }) => persisted && open(), on);
  open();
  return () => {
    listening.abort();
    close();
  };
}
