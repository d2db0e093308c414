import { serve } from '@serverless-vote/runtime';
import { fetchResults } from './handler.ts';
import { PostgresTally } from './tally.ts';

serve<PostgresTally>({
  connect: async () => new PostgresTally(),
  warm: (tally) => fetchResults({}, undefined, tally),
  handle: fetchResults,
  disconnect: (tally) => tally.close(),
});
