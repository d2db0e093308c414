import type { Results } from '@serverless-vote/fetch-results/contract';
import { invoke } from './launcher.ts';

/** The results of a poll, or else of the one that was opened last. */
export const fetchResults = async (poll?: string): Promise<Results> =>
  (await invoke<Results>('fetch-results', poll === undefined ? {} : { poll })).result;
