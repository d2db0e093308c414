import { serve } from '@serverless-vote/runtime';
import { fetchResults } from './handler.ts';
import { PostgresPolls } from './polls.ts';

serve<PostgresPolls>({
  connect: async () => new PostgresPolls(),
  warm: (polls) => fetchResults({}, undefined, polls),
  handle: fetchResults,
  disconnect: (polls) => polls.close(),
});
