import { killAtWork } from '../../../presenter/kill-at-work.ts';
import { presenterOnly } from '../../../presenter/presenter-only.ts';

/** Kills a container that is recording a vote, and reports what happened to the vote. */
export const POST = presenterOnly(killAtWork);
