import { childOf } from '@serverless-vote/contracts/trace-context';

/** The headers by which a request that web makes belongs to the trace of the one it serves; none if that has no trace. */
export function handOn(headers: Headers): Record<string, string> {
  const traceparent = childOf(headers.get('traceparent'));
  if (traceparent === undefined) return {};
  const tracestate = headers.get('tracestate');
  return { traceparent, ...(tracestate !== null && { tracestate }) };
}
