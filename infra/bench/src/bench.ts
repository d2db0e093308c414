import type Docker from 'dockerode';
import type { Baseline } from './baseline/baseline.ts';
import type { Catalog } from './catalog.ts';
import type { Series } from './interleave.ts';
import type { OtherLoad } from './other-load.ts';
import type { Plan } from './plan.ts';
import type { Stack } from './stack.ts';

/** What every row needs for its measurements. */
export interface Bench {
  plan: Plan;
  signal: AbortSignal;
  docker: Docker;
  progress: (text: string) => void;
  /** Called with the reason when a row could not be measured; the others continue. */
  failed: (row: string, why: string) => void;
  otherLoad: OtherLoad;
  imageTag: string;
  nodeImage: string;
  catalog: Catalog;
  /** As shipped, except for the idle timeout. */
  warm: Stack;
  /** Has an idle timeout of a second and a half, and a warm pool of one container per function. */
  cold: Stack;
  baseline: Baseline;
  measured: Measured;
}

/** Everything that was measured: series of milliseconds (or votes per second), and single numbers. */
export interface Measured {
  series: Record<string, Series>;
  facts: Record<string, number>;
  details: Record<string, unknown>;
  /** The share of the CPU that other processes used, by part: 0 to 1. */
  otherLoad: Record<string, number>;
}
