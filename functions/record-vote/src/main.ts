import { serve } from '@serverless-vote/runtime';
import { PostgresBallotBox } from './ballot-box.ts';
import { recordVote } from './handler.ts';

serve<PostgresBallotBox>({
  async connect() {
    const ballotBox = new PostgresBallotBox();
    await ballotBox.open();
    return ballotBox;
  },
  handle: recordVote,
  disconnect: (ballotBox) => ballotBox.close(),
});
