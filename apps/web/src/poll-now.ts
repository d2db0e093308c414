import { fetchResults } from './fetch-results.ts';
import { InvocationError } from './invocation-error.ts';
import type { Tally } from './results/tally.ts';

/** A crowd that opens the page at once asks the function once. The stream corrects a page within a moment. */
const KEPT_MS = 1_000;
/** Longer than a cold start on a quiet machine. The page that doesn't wait any longer shows what was known last, and follows the stream. */
const PATIENCE_MS = 2_000;
/** For a page to which what was known last would be wrong. Without a script, it could not correct it. */
const PATIENCE_FOR_NEWS_MS = 15_000;

/** The poll that the pages show; undefined if it isn't known yet. */
export const pollNow = shared(fetchResults);

/**
 * Asks once for all that ask within a second. Those that know that something has changed (`isNew`) get an answer that was asked for after they
 * came; those that come while one is asked for share the next.
 */
export function shared(
  ask: () => Promise<Tally>,
): (isNew?: boolean, patienceMs?: number) => Promise<Tally | undefined> {
  let known: Tally | undefined;
  let last: { answer: Promise<void>; askedAt: number } | undefined;
  /** The question that isn't answered yet, and the one that follows it. */
  let asked: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function renew(): Promise<void> {
    try {
      known = await ask();
    } catch (error) {
      // The next page asks again.
      last = undefined;
      if (!(error instanceof InvocationError)) throw error;
    } finally {
      asked = undefined;
    }
  }

  function begin(): Promise<void> {
    next = undefined;
    asked = renew();
    last = { answer: asked, askedAt: performance.now() };
    return asked;
  }

  return async (isNew = false, patienceMs = isNew ? PATIENCE_FOR_NEWS_MS : PATIENCE_MS) => {
    let answer: Promise<void>;
    if (isNew && asked) answer = next ??= asked.then(begin, begin);
    else if (!last || isNew || performance.now() - last.askedAt > KEPT_MS) answer = begin();
    else answer = last.answer;
    const { promise: tooLate, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patienceMs);
    await Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
    return known;
  };
}
