import { serve } from '@serverless-vote/runtime';
import { Statement } from '@serverless-vote/runtime/postgres';
import type { PollList } from './contract.ts';
import { listPolls } from './handler.ts';

const statement = new Statement<{ list: PollList }>('list-polls', 'select list_polls() as list');

serve({
  connect: async () => ({ list: async () => (await statement.run([]))[0]?.list as PollList }),
  handle: listPolls,
  disconnect: () => statement.close(),
});
