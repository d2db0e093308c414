import type http from 'node:http';
import { beginningOf } from '@serverless-vote/contracts/text';
import { continueTrace, traceparentOf } from '@serverless-vote/contracts/trace-context';
import type { Logger } from 'pino';

/** A path is the caller's own words; so much of it is kept. */
const PATH_LIMIT = 100;

/**
 * Continues or begins a trace for every request that comes to `server`, before anybody else sees it: it is handed on in
 * `traceparent`, told the caller in `traceresponse`, and logged with the outcome. Streams last for hours, and are no part of it.
 */
export function traceRequests(server: http.Server, log: Logger): void {
  server.prependListener('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (path.startsWith('/streams/')) return;
    const trace = continueTrace(request.headers.traceparent as string | undefined);
    // What is said about a trace goes with it.
    if (!request.headers.traceparent?.includes(trace.traceId)) delete request.headers.tracestate;
    request.headers.traceparent = traceparentOf(trace);
    response.setHeader('traceresponse', traceparentOf(trace));

    const { method = '' } = request;
    const level = method === 'POST' ? 'info' : 'debug';
    if (!log.isLevelEnabled(level)) return;
    const from = performance.now();
    response.once('close', () => {
      const ms = Math.round((performance.now() - from) * 100) / 100;
      const status = response.writableFinished ? response.statusCode : 'the caller left';
      log[level](
        { traceId: trace.traceId, method, path: beginningOf(path, PATH_LIMIT), status, ms },
        'request.answered',
      );
    });
  });
}
