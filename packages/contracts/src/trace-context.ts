import { randomBytes } from 'node:crypto';

/** One stretch of a trace: a request at the gateway, or an invocation. What comes from a header is checked, so it may be logged. */
export interface TraceContext {
  /** 32 hex digits; the same from the browser's vote to the function's last line. */
  traceId: string;
  /** 16 hex digits: this stretch. */
  spanId: string;
  sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * A new stretch of the trace that a caller's `traceparent` names, or of a new one when there is none or it is invalid, as W3C Trace
 * Context says (https://www.w3.org/TR/trace-context/#traceparent-header): of later versions the part that is known is taken.
 */
export function continueTrace(traceparent: string | undefined): TraceContext {
  const spanId = randomBytes(8).toString('hex');
  const [, version, traceId, parentId, flags, more] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const isValid =
    traceId !== undefined &&
    version !== 'ff' &&
    !(version === '00' && more !== undefined) &&
    !/^0+$/.test(traceId) &&
    !/^0+$/.test(parentId ?? '');
  if (!isValid) return { traceId: randomBytes(16).toString('hex'), spanId, sampled: true };
  return { traceId, spanId, sampled: (Number.parseInt(flags ?? '', 16) & 1) === 1 };
}

/** What is handed on: this stretch as the parent of the next. */
export const traceparentOf = ({ traceId, spanId, sampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;

/** The same in the form of Lambda's own header, for runtimes and libraries that know that one. */
export const xrayHeaderOf = ({ traceId, spanId, sampled }: TraceContext): string =>
  `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=${sampled ? 1 : 0}`;
