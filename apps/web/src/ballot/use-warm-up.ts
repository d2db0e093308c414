import { useEffect } from 'react';

/** Containers stay for a minute by default, so a page that is used needs no more than this. */
const EVERY_MS = 15_000;
/** What comes before a tap: a mouse that moves, a finger that touches, a key. */
const USES = ['pointermove', 'pointerdown', 'keydown'];

/**
 * Somebody who returns to a page that has been open for a while is about to vote, and the containers that served it may have stopped.
 * This request starts web, and `record-vote` beside it.
 */
export function useWarmUp(): void {
  useEffect(() => {
    // The request for the page itself was the first.
    let askedAt = performance.now();
    const ask = () => {
      askedAt = performance.now();
      // Without an answer the vote will start them.
      fetch('/voting', { headers: { accept: 'application/json' } }).catch(() => undefined);
    };
    const onUse = () => performance.now() - askedAt > EVERY_MS && ask();
    const onShow = () => document.hidden || ask();
    const listening = new AbortController();
    const on = { signal: listening.signal, passive: true };
    document.addEventListener('visibilitychange', onShow, on);
    addEventListener('pageshow', ({ persisted }) => persisted && ask(), on);
    for (const use of USES) addEventListener(use, onUse, on);
    return () => listening.abort();
  }, []);
}
