import { expect, test } from 'vitest';
import type { Ballot, BallotBox, Entry } from './ballot-box.ts';
import { PollClosed, UnknownOption } from './contract.ts';
import { recordVote, rehearse } from './handler.ts';

const voterId = '3f6c1c2e-9d4b-4d5e-8f3a-0a1b2c3d4e5f';

class FakeBallotBox implements BallotBox {
  readonly ballots: Ballot[] = [];
  async record(ballot: Ballot): Promise<Entry> {
    this.ballots.push(ballot);
    if (ballot.poll === 'yesterdays') return { refusal: 'closed' };
    if (ballot.choice !== 'cats') return { refusal: 'unknown option' };
    return { recorded_at: '2026-01-01T00:00:00.000Z', refusal: null };
  }
}

test('a vote is recorded at its place in the order, and answered with a receipt', async () => {
  const box = new FakeBallotBox();
  const receipt = await recordVote({ voterId, choice: 'cats' }, { acceptedAt: 7n }, box);
  expect(box.ballots).toEqual([{ voterId, choice: 'cats', acceptedAt: 7n }]);
  expect(receipt).toEqual({ voterId, choice: 'cats', recordedAt: '2026-01-01T00:00:00.000Z' });
  const forPoll = { voterId, choice: 'cats', poll: 'pets' };
  expect(await recordVote(forPoll, { acceptedAt: 8n }, box)).toMatchObject(forPoll);
  expect(box.ballots[1]).toEqual({ ...forPoll, acceptedAt: 8n });
});

test.each([
  [{ choice: 'dodos' }, UnknownOption],
  [{ choice: 'cats', poll: 'yesterdays' }, PollClosed],
])('a vote that can not count is the fault of the caller: %j', async (vote, error) => {
  const recorded = recordVote({ voterId, ...vote }, { acceptedAt: 7n }, new FakeBallotBox());
  await expect(recorded).rejects.toThrow(error);
});

test('an event with the wrong shape never reaches the database', async () => {
  const box = new FakeBallotBox();
  await expect(recordVote({ voterId }, { acceptedAt: 7n }, box)).rejects.toThrow('choice is missing');
  expect(box.ballots).toEqual([]);
});

test('the rehearsal votes for an option that no poll can have', async () => {
  const box = new FakeBallotBox();
  await rehearse(box);
  expect(box.ballots).toMatchObject([{ choice: '' }]);
});
