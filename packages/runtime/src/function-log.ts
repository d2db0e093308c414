import { AsyncLocalStorage } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { format } from 'node:util';

const currentRequest = new AsyncLocalStorage<string>();

/** Runs `work` so that everything it logs, however much later, is assigned to `requestId`. */
export function underRequest<Result>(requestId: string, work: () => Result): Result {
  return currentRequest.run(requestId, work);
}

/** Sends `console.*` to stderr, with the request ID in front of each line. stdout is for results. */
export function captureConsole(): void {
  for (const level of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
    console[level] = (...values: unknown[]) => logLines(format(...values));
  }
}

/** Marks the end of a request's output. Written before its answer, so a reader knows when it has every line. */
export function endOfRequest(requestId: string): void {
  write(`END RequestId: ${requestId}\n`);
}

function logLines(text: string): void {
  const requestId = currentRequest.getStore();
  const prefix = requestId === undefined ? '' : `${requestId}\t`;
  write(text.replaceAll(/^.*$/gm, (line) => `${prefix}${line}`).concat('\n'));
}

/** Writes to the file descriptor: `process.stderr` would load a stream implementation at every start. */
function write(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // The pipe is full or closed. Losing a line is better than losing the vote that wrote it.
  }
}
