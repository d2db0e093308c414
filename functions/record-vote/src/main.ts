import { serve } from '@serverless-vote/runtime';
import { PostgresBallotBox } from './ballot-box.ts';
import { recordVote, rehearse } from './handler.ts';

serve<PostgresBallotBox>({
  connect: async () => new PostgresBallotBox(),
  warm: rehearse,
  handle: recordVote,
  disconnect: (ballotBox) => ballotBox.close(),
});
