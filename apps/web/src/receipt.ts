import * as z from 'zod/mini';

const milliseconds = z.number().check(z.nonnegative());

const Receipt = z.object({
  choice: z.string(),
  /** Absent if the voter didn't say for which poll the vote was: then it is for the one that was open. */
  poll: z.optional(z.string()),
  recordedAt: z.string(),
  requestId: z.string(),
  containerId: z.string(),
  /** `warm`: the container had served others before; `prewarmed`: it was waiting; `cold`: it was started for this vote. */
  startKind: z.enum(['cold', 'prewarmed', 'warm']),
  durationMs: milliseconds,
  /** How long each phase took; a phase that this vote didn't wait for is absent. */
  phases: z.object({
    queueMs: z.optional(milliseconds),
    createMs: z.optional(milliseconds),
    startMs: z.optional(milliseconds),
    initMs: z.optional(milliseconds),
    runMs: z.optional(milliseconds),
  }),
});

/** The receipt of a recorded vote. It doesn't identify the voter. */
export type Receipt = z.infer<typeof Receipt>;
export type Phases = Receipt['phases'];

/** Parses a receipt from a cookie. One from an older version of the page is ignored. */
export function parseReceipt(json: string): Receipt | undefined {
  try {
    return Receipt.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
