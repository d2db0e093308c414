import { killAtWork } from '../../../presenter/kill-at-work.ts';
import { presenterOnly } from '../../../presenter/presenter-only.ts';

/** Kills a container that has a vote in hand, and tells what became of the vote. */
export const POST = presenterOnly(killAtWork);
