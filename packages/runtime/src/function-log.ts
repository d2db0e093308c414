import { AsyncLocalStorage } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { format } from 'node:util';

const currentRequest = new AsyncLocalStorage<string>();

/** Runs `work` such that whatever it logs, however much later, is filed under `requestId`. */
export function underRequest<Result>(requestId: string, work: () => Result): Result {
  return currentRequest.run(requestId, work);
}

/** Sends `console.*` to stderr, each line with the id of its request in front. stdout belongs to results. */
export function captureConsole(): void {
  for (const level of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
    console[level] = (...values: unknown[]) => logLines(format(...values));
  }
}

/** Marks that nothing follows from this request. Written before its answer, so a reader knows when it has all. */
export function endOfRequest(requestId: string): void {
  write(`END RequestId: ${requestId}\n`);
}

function logLines(text: string): void {
  const requestId = currentRequest.getStore();
  const prefix = requestId === undefined ? '' : `${requestId}\t`;
  write(text.replaceAll(/^.*$/gm, (line) => `${prefix}${line}`).concat('\n'));
}

/** Straight to the descriptor: `process.stderr` would load a stream for it, at every start. */
function write(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // A full pipe, or nobody listening. Losing a line is better than losing the vote that wrote it.
  }
}
