import type Docker from 'dockerode';
import type { Baseline } from './baseline/baseline.ts';
import type { Catalog } from './catalog.ts';
import type { Series } from './interleave.ts';
import type { OtherLoad } from './other-load.ts';
import type { Plan } from './plan.ts';
import type { Stack } from './stack.ts';

/** What every row measures with. */
export interface Bench {
  plan: Plan;
  signal: AbortSignal;
  docker: Docker;
  progress: (text: string) => void;
  /** Told why a row could not be measured; the others go on. */
  failed: (row: string, why: string) => void;
  otherLoad: OtherLoad;
  imageTag: string;
  nodeImage: string;
  catalog: Catalog;
  /** As shipped, but for the idle timeout. */
  warm: Stack;
  /** Lets everything go after a second and a half, and keeps one prewarmed of each function. */
  cold: Stack;
  baseline: Baseline;
  measured: Measured;
}

/** Everything that was measured: series of milliseconds (or votes a second), and facts that are one number. */
export interface Measured {
  series: Record<string, Series>;
  facts: Record<string, number>;
  details: Record<string, unknown>;
  /** What share of the processors others used, by part: 0 to 1. */
  otherLoad: Record<string, number>;
}
