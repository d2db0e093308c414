/**
 * Why an invocation has no result. `refused`: the event's fault; `closed`: the poll takes no votes; `busy`: throttled, retry later;
 * `unavailable`: temporarily out of service; `failed`: the function's fault, or ours.
 */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  readonly kind: 'refused' | 'closed' | 'busy' | 'unavailable' | 'failed';
  /** Seconds, from the launcher's `Retry-After`. */
  readonly retryAfter: string | undefined;

  constructor(kind: InvocationError['kind'], message: string, retryAfter?: string) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}
