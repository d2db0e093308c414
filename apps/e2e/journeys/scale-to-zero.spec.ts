import { expect, test } from '../poll.ts';
import { containers, somebodyVotes } from '../stack.ts';

test('web stops when no page is requested, while an open results page continues', async ({ poll, results, vote }) => {
  await results.open();
  const asked: string[] = [];
  results.page.on('request', (request) => asked.push(request.url()));
  await expect.poll(() => containers('web')).toEqual([]);

  await somebodyVotes(poll.second.id);
  await results.shows(poll.after({ [poll.second.id]: 1 }));
  expect(asked, 'the update did not need web').toEqual([]);

  // Not `visit`: the browser gets the page that says that web is starting, and reloads by itself.
  await vote.page.goto('/');
  await vote.comesAlive();
  await vote.vote(poll.second.label);
  await results.shows(poll.after({ [poll.second.id]: 2 }));
});

test('a page that is looked at again starts web and record-vote, before anybody taps', async ({ poll, vote, page }) => {
  await vote.open();
  await expect.poll(() => [...containers('web'), ...containers('record-vote')]).toEqual([]);
  const ready = page.waitForResponse('**/voting');
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  expect((await ready).ok()).toBe(true);
  await expect.poll(() => containers('record-vote')).not.toEqual([]);
  await vote.vote(poll.first.label);
});

test('after a vote no record-vote container stays', async ({ poll, vote }) => {
  await vote.open();
  await vote.vote(poll.first.label);
  await expect.poll(() => containers('record-vote')).toEqual([]);
});
