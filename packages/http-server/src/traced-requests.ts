import type http from 'node:http';
import { beginningOf } from '@serverless-vote/contracts/text';
import { continueTrace, traceparentOf } from '@serverless-vote/contracts/trace-context';
import type { Logger } from 'pino';

/** A path is the client's own text, so it is logged up to this length. */
const PATH_LIMIT = 100;

/**
 * Continues or starts a trace for every request to `server`, before any other handler: passes it on in `traceparent`, returns it in
 * `traceresponse`, and logs it with the outcome. Streams last for hours, so they are excluded.
 */
export function traceRequests(server: http.Server, log: Logger): void {
  server.prependListener('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (path.startsWith('/streams/')) return;
    const trace = continueTrace(request.headers.traceparent as string | undefined);
    // `tracestate` is dropped together with an invalid `traceparent`.
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
