/** A stream's handlers: event name → what to do with its data. */
type Hearing = Record<string, (data: string) => void>;

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;
/** The launcher sends a heartbeat every 15 s. A connection without one for longer is dead, even if the browser hasn't noticed. */
const SILENT_MS = 35_000;

/**
 * Follows one of the launcher's streams until the returned function is called. `lost` is called for every connection
 * that breaks or falls silent; it is then retried. A hidden tab doesn't listen, because browsers allow six connections per host and a
 * visible tab may need one.
 */
export function watchStream(url: string, hearing: Hearing, lost: () => void): () => void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let retryMs = FIRST_RETRY_MS;

  function close(): void {
    clearTimeout(retry);
    clearTimeout(silence);
    source?.close();
    source = undefined;
  }

  function open(): void {
    close();
    if (document.hidden) return;
    source = new EventSource(url);
    expectNews();
    const all: Hearing = { heartbeat: () => undefined, ...hearing };
    for (const [event, hear] of Object.entries(all)) {
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        retryMs = FIRST_RETRY_MS;
        expectNews();
        hear(data);
      });
    }
    // An EventSource reconnects after a broken connection, but not after an answer like 503, so we handle both.
    source.onerror = reconnect;
  }

  function expectNews(): void {
    clearTimeout(silence);
    silence = setTimeout(reconnect, SILENT_MS);
  }

  function reconnect(): void {
    close();
    lost();
    retry = setTimeout(open, retryMs * (0.75 + Math.random() / 2));
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  }

  const listening = new AbortController();
  const on = { signal: listening.signal };
  document.addEventListener('visibilitychange', open, on);
  addEventListener('online', open, on);
  // A page in the browser's back-forward cache holds no connection either.
  addEventListener('pagehide', close, on);
  addEventListener('pageshow', ({ persisted }) => persisted && open(), on);
  open();
  return () => {
    listening.abort();
    close();
  };
}
