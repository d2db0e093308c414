import { fetchResults } from './fetch-results.ts';
import { InvocationError } from './invocation-error.ts';
import type { Tally } from './results/tally.ts';

/** A crowd that opens the page at once asks the function once. The stream corrects a page within a moment. */
const KEPT_MS = 1_000;
/** Longer than a cold start. A page that comes later than this is of no use; it fills in from the stream. */
const PATIENCE_MS = 2_000;

/** The poll that the pages show; undefined if that can't be told in time. */
export const pollNow = shared(fetchResults);

/** Asks once for all that ask within a second. */
export function shared(ask: () => Promise<Tally>): () => Promise<Tally | undefined> {
  let last: { answer: Promise<Tally | undefined>; askedAt: number } | undefined;

  /** The next page asks again. */
  function unavailable(error: unknown): undefined {
    last = undefined;
    if (!(error instanceof InvocationError)) throw error;
  }

  return async () => {
    if (!last || performance.now() - last.askedAt > KEPT_MS) {
      last = { answer: ask().catch(unavailable), askedAt: performance.now() };
    }
    const { promise: tooLate, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, PATIENCE_MS);
    return Promise.race([last.answer, tooLate]).finally(() => clearTimeout(timer));
  };
}
