const EVERY_MS = 3_000;

/** Asks the server whether votes can be recorded now. Rejects without an answer in time. */
export async function isVotingPaused(signal?: AbortSignal): Promise<boolean> {
  const inTime = AbortSignal.timeout(EVERY_MS);
  const response = await fetch('/voting', { signal: signal ? AbortSignal.any([signal, inTime]) : inTime });
  return ((await response.json()) as { isPaused: boolean }).isPaused;
}

/** Polls until voting is no longer paused; then calls `then`, once. @returns a function that stops polling */
export function onceVotingGoesOn(then: () => void): () => void {
  const ending = new AbortController();
  const ask = async () => {
    if ((await isVotingPaused(ending.signal)) || ending.signal.aborted) return;
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
