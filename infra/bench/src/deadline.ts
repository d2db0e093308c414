import { setTimeout as pause } from 'node:timers/promises';

/** The promise's result. @throws {Error} naming `what`, when it takes longer than `withinMs`; then the promise is abandoned */
export async function within<T>(withinMs: number, what: string, promise: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = pause(withinMs, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new Error(`${what}: no end after ${Math.round(withinMs / 1000)} s`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}
