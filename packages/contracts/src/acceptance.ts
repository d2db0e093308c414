import type { TraceContext } from './trace-context.ts';

/** What identifies an event over all of its attempts. */
export interface Acceptance {
  requestId: string;
  /** Its place in the order of acceptance, given by the launcher's AcceptanceClock. */
  acceptedAt: bigint;
  trace: TraceContext;
}
