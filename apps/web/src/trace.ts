import { childOf } from '@serverless-vote/contracts/trace-context';

/** The headers that make web's own request part of the incoming request's trace; none if that has no trace. */
export function handOn(headers: Headers): Record<string, string> {
  const traceparent = childOf(headers.get('traceparent'));
  if (traceparent === undefined) return {};
  const tracestate = headers.get('tracestate');
  return { traceparent, ...(tracestate !== null && { tracestate }) };
}
