/**
 * Why an invocation has no result. `refused`: the event's fault; `busy`: come back later;
 * `unavailable`: out of service for now; `failed`: the function's fault, or ours.
 */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  readonly kind: 'refused' | 'busy' | 'unavailable' | 'failed';
  /** Seconds, as the launcher said them. */
  readonly retryAfter: string | undefined;

  constructor(kind: InvocationError['kind'], message: string, retryAfter?: string) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}
