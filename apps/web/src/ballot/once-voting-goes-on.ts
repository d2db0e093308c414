const EVERY_MS = 3_000;

/** Polls until voting is no longer paused; then calls `then`, once. @returns a function that stops polling */
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
  // No answer, for example: the next poll will tell.
  const timer = setInterval(() => ask().catch(() => undefined), EVERY_MS);
  return () => {
    clearInterval(timer);
    ending.abort();
  };
}
