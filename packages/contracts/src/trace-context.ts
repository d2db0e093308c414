/** One span of a trace: a request at the gateway, or an invocation. Values from a header are validated, so they may be logged. */
export interface TraceContext {
  /** 32 hex digits; the same from the browser's vote to the function's last log line. */
  traceId: string;
  /** 16 hex digits: this span. */
  spanId: string;
  sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** 32 random hex digits. Works in a page without a secure context, which phones in a room don't have. */
export const newTraceId = (): string => randomHex(16);

const newSpanId = (): string => randomHex(8);

/**
 * The trace that a `traceparent` names, if it is valid by W3C Trace Context
 * (https://www.w3.org/TR/trace-context/#traceparent-header): of later versions the known part is used.
 */
function traceIn(traceparent: string | null | undefined): Pick<TraceContext, 'traceId' | 'sampled'> | undefined {
  const [, version, traceId, parentId, flags, more] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const isValid =
    traceId !== undefined &&
    version !== 'ff' &&
    !(version === '00' && more !== undefined) &&
    !/^0+$/.test(traceId) &&
    !/^0+$/.test(parentId ?? '');
  return isValid ? { traceId, sampled: (Number.parseInt(flags ?? '', 16) & 1) === 1 } : undefined;
}

/** Starts a span of the trace that a caller's `traceparent` names, or of a new trace if there is none or it is invalid. */
export const continueTrace = (traceparent: string | undefined): TraceContext => ({
  ...(traceIn(traceparent) ?? { traceId: newTraceId(), sampled: true }),
  spanId: newSpanId(),
});

/** `traceparent` for a request within a caller's trace; undefined if the caller sent no valid one. */
export function childOf(traceparent: string | null | undefined): string | undefined {
  const trace = traceIn(traceparent);
  return trace && traceparentOf({ ...trace, spanId: newSpanId() });
}

/** `traceparent` for one request of this trace. */
export const traceparentFor = (traceId: string): string =>
  traceparentOf({ traceId, spanId: newSpanId(), sampled: true });

/** The header to pass on: this span as the parent of the next. */
export const traceparentOf = ({ traceId, spanId, sampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;

/** The same in the format of Lambda's own header, for runtimes and libraries that read that one. */
export const xrayHeaderOf = ({ traceId, spanId, sampled }: TraceContext): string =>
  `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=${sampled ? 1 : 0}`;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** Drawn many at once, because a call costs more than its bytes. */
const random = new Uint8Array(1024);
let left = 0;

function randomHex(bytes: number): string {
  if (left < bytes) left = crypto.getRandomValues(random).length;
  left -= bytes;
  let digits = '';
  for (const byte of random.subarray(left, left + bytes)) digits += HEX[byte];
  return digits;
}
