import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { LineWriter } from '@serverless-vote/contracts/line-writer';

const log = new LineWriter();

/** Logs one line for every POST, with its trace ID. Contains neither what was posted nor by whom. */
export function logPosts(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'POST') return;
  const from = performance.now();
  response.once('finish', () => {
    const [path] = (request.url ?? '').split('?', 1);
    const traceId = request.headers.traceparent?.slice(3, 35);
    log.write(
      `POST ${path} answered ${response.statusCode} after ${(performance.now() - from).toFixed(1)} ms traceId=${traceId}\n`,
    );
  });
}
