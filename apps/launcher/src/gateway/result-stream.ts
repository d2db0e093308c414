import { ComputedStream, type Told } from '@serverless-vote/http-server/computed-stream';
import type { Outcome } from '../model/invocation.ts';

/** Every viewer gets the whole result, and the launcher parses it: a large or deeply nested one would delay everything else. */
const RESULT_LIMIT = 64 * 1024;

/** A function's result as a stream to many viewers. @param invoke runs the function @param told is called after every computation */
export const resultStream = (invoke: () => Promise<Outcome>, told: Told): ComputedStream =>
  new ComputedStream(async () => {
    const outcome = await invoke();
    if (outcome.kind === 'function-error') throw new Error('Results cannot be computed just now.');
    return resultLine(outcome.payload);
  }, told);

/** A function's result as one line of JSON. @throws when it isn't JSON, or too large to send to every viewer */
export function resultLine(payload: Buffer): string {
  try {
    if (payload.length <= RESULT_LIMIT) return JSON.stringify(JSON.parse(payload.toString()));
  } catch {
    throw new Error('Results cannot be shown: the function did not answer with JSON.');
  }
  throw new Error(`Results cannot be shown: they are ${payload.length} bytes, and a stream takes ${RESULT_LIMIT}.`);
}
