import type { Results } from '@serverless-vote/fetch-results/contract';
import { invoke } from './launcher.ts';

/** The current results. */
export const fetchResults = async (): Promise<Results> => (await invoke<Results>('fetch-results', {})).result;
