import { phasesIn } from '@serverless-vote/contracts/server-timing';
import type { Phases } from './receipt.ts';

/** The phases of an invocation in a receipt. */
export const phasesFrom = (serverTiming: string | undefined): Phases =>
  Object.fromEntries(Object.entries(phasesIn(serverTiming)).map(([name, ms]) => [`${name}Ms`, ms]));
