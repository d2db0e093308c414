import { serve } from '@serverless-vote/runtime';
import { Statement } from '@serverless-vote/runtime/postgres';
import type { OpenedPoll } from './contract.ts';
import { openPoll, type Polls } from './handler.ts';

const statement = new Statement<OpenedPoll>('open-poll', 'select open_poll($1, $2, $3) as poll');

serve<Polls>({
  connect: async () => ({
    open: async (...parameters) => (await statement.run(parameters))[0]?.poll as OpenedPoll['poll'],
  }),
  handle: openPoll,
  disconnect: () => statement.close(),
});
