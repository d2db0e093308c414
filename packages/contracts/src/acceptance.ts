import type { TraceContext } from './trace-context.ts';

/** What makes an event this one, whoever tries it and however often. */
export interface Acceptance {
  requestId: string;
  /** Its place in the order of acceptance; the launcher's AcceptanceClock gives it. */
  acceptedAt: bigint;
  trace: TraceContext;
}
