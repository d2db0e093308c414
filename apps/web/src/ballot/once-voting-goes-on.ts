const EVERY_MS = 3_000;

/** Asks whether voting is still paused until it isn't; then calls `then`, once. @returns what ends the asking */
export function onceVotingGoesOn(then: () => void): () => void {
  const ending = new AbortController();
  const ask = async () => {
    const response = await fetch('/voting', {
      signal: AbortSignal.any([ending.signal, AbortSignal.timeout(EVERY_MS)]),
    });
    const { isPaused } = (await response.json()) as { isPaused: boolean };
    if (isPaused || ending.signal.aborted) return;
    clearInterval(timer);
    then();
  };
  // Nobody answers, say: the next time.
  const timer = setInterval(() => ask().catch(() => undefined), EVERY_MS);
  return () => {
    clearInterval(timer);
    ending.abort();
  };
}
