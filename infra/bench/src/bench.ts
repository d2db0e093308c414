import type Docker from 'dockerode';
import type { Catalog } from './catalog.ts';
import type { Floor } from './floor/floor.ts';
import type { Series } from './interleave.ts';
import type { Plan } from './plan.ts';
import type { Stack } from './stack.ts';

/** What every row measures with. */
export interface Bench {
  plan: Plan;
  signal: AbortSignal;
  docker: Docker;
  progress: (text: string) => void;
  imageTag: string;
  nodeImage: string;
  catalog: Catalog;
  /** As shipped, but for the idle timeout. */
  warm: Stack;
  /** Lets everything go after a second and a half, and keeps one spare of each function. */
  cold: Stack;
  floor: Floor;
  measured: Measured;
}

/** Everything that was measured: series of milliseconds (or votes a second), and facts that are one number. */
export interface Measured {
  series: Record<string, Series>;
  facts: Record<string, number>;
  details: Record<string, unknown>;
}
