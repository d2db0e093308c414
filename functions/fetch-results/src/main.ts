import { serve } from '@serverless-vote/runtime';
import { fetchResults } from './handler.ts';
import { PostgresTally } from './tally.ts';

serve<PostgresTally>({
  async connect() {
    const tally = new PostgresTally();
    await tally.read();
    return tally;
  },
  warm: (tally) => fetchResults({}, undefined, tally),
  handle: fetchResults,
  disconnect: (tally) => tally.close(),
});
