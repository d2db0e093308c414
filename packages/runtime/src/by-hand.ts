import { readFileSync, writeSync } from 'node:fs';
import { callsFor } from './calls.ts';
import type { FunctionDefinition } from './definition.ts';
import { parsePayload } from './definition.ts';
import { reportOf } from './errors.ts';

const PATIENCE_MS = 10_000;

/**
 * Runs without a launcher: reads the event from stdin, writes the result to stdout, and an error to stderr.
 * @returns the exit code
 */
export async function runByHand<Resources>(definition: FunctionDefinition<Resources>): Promise<number> {
  try {
    const event = parsePayload(readFileSync(0));
    const resources = await definition.connect();
    const deadlineMs = Date.now() + PATIENCE_MS;
    const context = { requestId: 'by-hand', acceptedAt: undefined, deadlineMs, traceparent: undefined };
    const result = await definition.handle(event, { ...context, ...callsFor(context.requestId) }, resources);
    writeSync(1, `${JSON.stringify(result)}\n`);
    await definition.disconnect(resources);
    return 0;
  } catch (error) {
    const { errorType, errorMessage } = reportOf(error);
    writeSync(2, `${errorType}: ${errorMessage}\n`);
    return 1;
  }
}
