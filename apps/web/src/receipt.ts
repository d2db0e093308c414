import * as z from 'zod/mini';

const milliseconds = z.number().check(z.nonnegative());

const Receipt = z.object({
  choice: z.string(),
  recordedAt: z.string(),
  requestId: z.string(),
  containerId: z.string(),
  /** How the container came to serve: `warm` served others before, `prewarmed` was waiting, `cold` was made for it. */
  startKind: z.enum(['cold', 'prewarmed', 'warm']),
  durationMs: milliseconds,
  /** Where the time went; a phase that this vote didn't have to wait for is absent. */
  phases: z.object({
    queueMs: z.optional(milliseconds),
    createMs: z.optional(milliseconds),
    startMs: z.optional(milliseconds),
    initMs: z.optional(milliseconds),
    runMs: z.optional(milliseconds),
  }),
});

/** The proof of a recorded vote. It says nothing about who voted. */
export type Receipt = z.infer<typeof Receipt>;
export type Phases = Receipt['phases'];

/** Reads a receipt that a cookie carried. One from an older version of the page counts as none. */
export function parseReceipt(json: string): Receipt | undefined {
  try {
    return Receipt.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
