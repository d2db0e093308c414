import { within } from './deadline.ts';
import type { OtherLoad } from './other-load.ts';
import { say } from './progress.ts';

/** A part that hasn't ended this long after its deadline hangs. */
const HANGS_MS = 3 * 60_000;

interface Measuring {
  signal: AbortSignal;
  otherLoad: OtherLoad;
  measured: { otherLoad: Record<string, number> };
  failed: (part: string, why: string) => void;
}

/** Measures one part after the other. One that fails, or whose time is over, doesn't prevent the others. */
export async function measureParts<Context extends Measuring>(
  parts: readonly (readonly [part: string, measure: (context: Context) => Promise<void>])[],
  context: Context,
  { ending, partMs }: { ending: AbortSignal; partMs: number },
): Promise<void> {
  const { otherLoad, measured, failed } = context;
  for (const [part, measure] of parts) {
    const since = performance.now();
    otherLoad.take();
    await otherLoad.calmest();
    try {
      const signal = AbortSignal.any([ending, AbortSignal.timeout(partMs)]);
      await within(partMs + HANGS_MS, part, measure({ ...context, signal }));
      if (signal.aborted) say(`  ! ${part.padEnd(11)} its time was over: fewer samples than planned`);
      await otherLoad.calmest();
      say(`  ✓ ${part.padEnd(11)} (${Math.round((performance.now() - since) / 1000)} s)`);
    } catch (error) {
      failed(part, error instanceof Error ? error.message : String(error));
    }
    measured.otherLoad[part] = otherLoad.take();
  }
}
