/**
 * W3C Trace Context (https://www.w3.org/TR/trace-context/): one trace id from the tap to the function's last line, a new parent id
 * at every hop. The page begins a trace, the gateway checks what comes in, and web hands it on.
 */

/** A trace of its own for every tap. Works without a secure context, as phones in a room have none. */
export const newTraceId = (): string => randomHex(16);

/** `traceparent` for one request of this trace. */
export const traceparentFor = (traceId: string): string => `00-${traceId}-${randomHex(8)}-01`;

/** The headers by which a request that web makes belongs to the trace of the one it serves; none if that has no trace. */
export function handOn(headers: Headers): Record<string, string> {
  const [, traceId, flags] =
    /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/.exec(headers.get('traceparent') ?? '') ?? [];
  if (traceId === undefined) return {};
  const tracestate = headers.get('tracestate');
  return { traceparent: `00-${traceId}-${randomHex(8)}-${flags}`, ...(tracestate !== null && { tracestate }) };
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
}
