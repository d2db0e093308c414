import type { PollList } from '@serverless-vote/list-polls/contract';
import { invoke } from '../launcher.ts';

/** Two hundred polls with eight options each, in any script. */
export const LIST_LIMIT_BYTES = 2 * 1024 * 1024;

/** All polls, drafts too: for the presenter only. */
export const listPolls = async (): Promise<PollList> =>
  (await invoke<PollList>('list-polls', {}, {}, LIST_LIMIT_BYTES)).result;
