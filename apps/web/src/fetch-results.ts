import type { Results } from '@serverless-vote/fetch-results/contract';
import { invoke } from './launcher.ts';

/** The results as they are now. */
export const fetchResults = async (): Promise<Results> => (await invoke<Results>('fetch-results', {})).result;
