import { expect, test } from '../poll.ts';

const refusal = (status: number, type: string, headers = {}) => ({
  status,
  headers,
  json: { error: { type, message: type } },
});

test('while many are voting, the page says so and sends the vote again when it was told to', async ({
  poll,
  vote,
  page,
}) => {
  await page.clock.install();
  await vote.open();
  await page.route('**/vote', (route) => route.fulfill(refusal(429, 'TooManyVotes', { 'retry-after': '600' })), {
    times: 1,
  });
  let posts = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST') posts += 1;
  });
  await vote.option(poll.first.label).click();
  await expect(vote.status).toHaveText('Many are voting. Yours is next: sending it again in 600 s.');
  await expect(vote.chosen).toHaveText(poll.first.label);
  await page.clock.fastForward(300_000);
  expect(posts).toBe(1);
  // The retries of a room that was throttled are spread over a third of that time.
  await page.clock.fastForward(600_000);
  await vote.showsRecorded(poll.first.label);
  expect(posts).toBe(2);
});

test('while voting is paused, nothing stays chosen that is not recorded', async ({ poll, vote, page }) => {
  await vote.open();
  await vote.vote(poll.first.label);
  await page.route('**/vote', (route) => route.fulfill(refusal(503, 'VotingPaused')), { times: 1 });
  await vote.option(poll.second.label).click();
  await expect(vote.status).toHaveText(/^Voting is paused\. Your vote was not recorded/);
  await expect(vote.chosen).toHaveText(poll.first.label);
  await vote.vote(poll.second.label);
});

test('offline, the page keeps the vote and sends it when the network is back', async ({ poll, vote, page }) => {
  await vote.open();
  await page.context().setOffline(true);
  await vote.option(poll.second.label).click();
  await expect(vote.status).toHaveText(/^You are offline\. Your vote for .* will be sent/);
  await page.context().setOffline(false);
  await vote.showsRecorded(poll.second.label);
});

test('a connection that breaks once is not reported', async ({ poll, vote, page }) => {
  await vote.open();
  await page.route('**/vote', (route) => route.abort('connectionreset'), { times: 1 });
  await vote.option(poll.first.label).click();
  await vote.showsRecorded(poll.first.label);
});

test('an error is told, and the next tap works', async ({ poll, vote, page }) => {
  await vote.open();
  await page.route('**/vote', (route) => route.fulfill(refusal(502, 'VoteFailed')), { times: 1 });
  await vote.option(poll.first.label).click();
  await expect(vote.status).toHaveText(/^Something went wrong\. Your vote was not recorded/);
  await expect(vote.chosen).toHaveCount(0);
  await vote.vote(poll.first.label);
});

test('results reconnect by themselves after the stream broke', async ({ poll, vote, results }) => {
  await results.page.route('**/streams/results', (route) => route.abort('connectionreset'), { times: 2 });
  await results.open();
  await expect(results.live).toHaveAttribute('data-feed', 'live');
  await vote.open();
  await vote.vote(poll.first.label);
  await results.shows(poll.after({ [poll.first.id]: 1 }));
});
