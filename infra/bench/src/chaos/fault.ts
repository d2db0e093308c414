import type Docker from 'dockerode';
import type { Stack } from '../stack.ts';
import type { Load } from './load.ts';

/** What a fault is done to. */
export interface Scene {
  stack: Stack;
  load: Load;
  docker: Docker;
  signal: AbortSignal;
}

/** Something that goes wrong while people vote. */
export interface Fault {
  name: string;
  /**
   * Makes it happen. @returns when it had happened (Date.now), and what has to be undone or checked once votes are answered again
   * @throws {Error} when it could not be done, or was not answered as it should be
   */
  strike(scene: Scene): Promise<Struck>;
}

export interface Struck {
  at: number;
  afterwards?: () => Promise<void>;
}
