import type Docker from 'dockerode';
import type { Stack } from '../stack.ts';
import type { Load } from './load.ts';

/** What a fault is injected into. */
export interface Scene {
  stack: Stack;
  load: Load;
  docker: Docker;
  signal: AbortSignal;
}

/** A fault that is injected under load. */
export interface Fault {
  name: string;
  /**
   * Injects the fault. @returns when it happened (Date.now), and what to undo or check once votes are answered again
   * @throws {Error} when it could not be injected, or got a wrong answer
   */
  strike(scene: Scene): Promise<Struck>;
}

export interface Struck {
  at: number;
  afterwards?: () => Promise<void>;
}
