import type { PollList } from '@serverless-vote/list-polls/contract';
import { serve } from '@serverless-vote/runtime';
import { Statement } from '@serverless-vote/runtime/postgres';
import { editPolls, type Polls } from './handler.ts';

const changes = {
  add: new Statement<{ list: PollList }>('add', 'select add_drafts($1, $2) as list'),
  remove: new Statement<{ list: PollList }>('remove', 'select remove_draft($1) as list'),
  hide: new Statement<{ list: PollList }>('hide', 'select hide_numbers($1, $2) as list'),
  startOver: new Statement<{ list: PollList }>('start-over', 'select start_over($1, $2, $3) as list'),
};
const run = async (change: keyof typeof changes, ...parameters: unknown[]) =>
  (await changes[change].run(parameters))[0]?.list as PollList;

serve<Polls>({
  connect: async () => ({
    add: (drafts, acceptedAt) => run('add', JSON.stringify(drafts), acceptedAt),
    remove: (draft) => run('remove', draft),
    hide: (poll, hidden) => run('hide', poll, hidden),
    startOver: (poll, opening, acceptedAt) => run('startOver', poll, opening, acceptedAt),
  }),
  handle: editPolls,
  async disconnect() {
    for (const statement of Object.values(changes)) await statement.close();
  },
});
