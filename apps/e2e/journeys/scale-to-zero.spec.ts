import { expect, test } from '../poll.ts';
import { containers, somebodyVotes } from '../stack.ts';

/** Set short for tests; the default would be a minute. */
const IDLE_MS = Number(process.env.WEB_IDLE_TIMEOUT_MS ?? 5_000);

test('web leaves when nobody asks, while an open results page goes on', async ({ poll, results, vote }) => {
  test.setTimeout(30_000 + 6 * IDLE_MS);
  await results.open();
  expect(containers('web').length).toBeGreaterThan(0);
  await expect.poll(() => containers('web'), { timeout: 4 * IDLE_MS + 10_000 }).toEqual([]);

  await somebodyVotes(poll.second.id);
  await results.shows(poll.after({ [poll.second.id]: 1 }));
  // Had it been needed, it would stay for its idle time. A Swarm replaces the one that left, for a moment.
  const message = 'the update did not need web';
  await expect.poll(() => containers('web'), { message, timeout: 0.6 * IDLE_MS }).toEqual([]);

  await vote.open();
  await vote.vote(poll.second.label);
  await results.shows(poll.after({ [poll.second.id]: 2 }));
});

test('one record-vote container per vote, and none stays', async ({ poll, vote }) => {
  await vote.open();
  await vote.vote(poll.first.label);
  await expect.poll(() => containers('record-vote'), { timeout: 20_000 }).toEqual([]);
});
