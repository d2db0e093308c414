import type { IncomingHttpHeaders } from 'node:http';
import { childOf } from '@serverless-vote/contracts/trace-context';

/** The headers that make web's own request part of the incoming request's trace; none if that has no trace. */
export function handOn(headers: IncomingHttpHeaders): Record<string, string> {
  const traceparent = childOf(headers.traceparent?.toString());
  if (traceparent === undefined) return {};
  const tracestate = headers.tracestate?.toString() ?? '';
  return { traceparent, ...(/^[ -~]+$/.test(tracestate) && { tracestate }) };
}
