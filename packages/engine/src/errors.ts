/**
 * Why an engine did not do what it was asked. `unavailable`: not now, so it makes sense to try again; `misconfigured`: somebody has to
 * put something right first (a missing image, say), and no trying again helps.
 */
export class EngineError extends Error {
  override name = 'EngineError';
  readonly kind: 'unavailable' | 'misconfigured';
  /** When trying again makes sense, in whole seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: EngineError['kind'],
    message: string,
    options: { retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
