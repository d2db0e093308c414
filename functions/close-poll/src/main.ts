import { serve } from '@serverless-vote/runtime';
import { Statement } from '@serverless-vote/runtime/postgres';
import { closePoll, type Polls } from './handler.ts';

const closing = new Statement<{ id: string }>('close-poll', 'select close_poll($1, $2, $3) as id');
const keeping = new Statement('keep-result', 'select keep_result($1, $2)');

serve<Polls>({
  connect: async () => ({
    close: async ({ poll, closesAt }, acceptedAt) => (await closing.run([poll, closesAt, acceptedAt]))[0]?.id ?? '',
    keep: async (poll, results) => void (await keeping.run([poll, results])),
  }),
  handle: closePoll,
  async disconnect() {
    await closing.close();
    await keeping.close();
  },
});
