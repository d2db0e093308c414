import { findings } from '../axe.ts';
import { visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { presenterKey } from '../stack.ts';
import { snapshot, tally } from '../told-news.ts';
import { tell, tellStreams } from '../told-streams.ts';

test.use({ reducedMotion: 'reduce' } as object);

test('axe finds nothing on the vote page, before, after and when a vote fails', async ({ poll, vote, page }) => {
  await vote.open();
  expect(await findings(page)).toEqual([]);
  await vote.vote(poll.first.label);
  expect(await findings(page)).toEqual([]);
  await page.route('**/vote', (route) =>
    route.fulfill({ status: 503, json: { error: { type: 'VotingPaused', message: '' } } }),
  );
  await vote.option(poll.second.label).click();
  await expect(vote.status).toHaveText(/paused/);
  expect(await findings(page)).toEqual([]);
});

test('axe finds nothing while a vote waits: among many, offline', async ({ poll, vote, page }) => {
  await vote.open();
  await page.route('**/vote', (route) =>
    route.fulfill({ status: 429, headers: { 'retry-after': '3600' }, json: { error: { type: 'TooManyVotes' } } }),
  );
  await vote.option(poll.first.label).click();
  await expect(vote.status).toHaveText(/^Many are voting/);
  expect(await findings(page)).toEqual([]);
  await vote.open();
  await page.unroute('**/vote');
  await page.context().setOffline(true);
  await vote.option(poll.first.label).click();
  await expect(vote.status).toHaveText(/^You are offline/);
  expect(await findings(page)).toEqual([]);
});

test('axe finds nothing on the results page: no votes, a tie, secret, paused and cut off', async ({ page }) => {
  await tellStreams(page, { '/streams/results': [['message', tally([0, 0])]] });
  await visit(page, '/results');
  await expect(page.getByText('No votes yet', { exact: true })).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await tell(page, ['message', tally([7, 7])]);
  await expect(page.getByText('Answer 0 and Answer 1 are tied at 7 votes', { exact: true })).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('n');
  await expect(page.getByText('The numbers will be revealed soon', { exact: true })).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await tell(page, ['paused', {}]);
  await expect(page.getByTestId('live')).toHaveText(/^Counting is paused, changed/);
  expect(await findings(page)).toEqual([]);
  await tell(page, ['error', {}]);
  await expect(page.getByTestId('live')).toHaveText(/^Reconnecting, changed/);
  expect(await findings(page)).toEqual([]);
});

test('axe finds nothing on the live page: idle, at work and cut off', async ({ page }) => {
  await tellStreams(page, { '/streams/activity': [['snapshot', { ...snapshot(), containers: [] }]] });
  await visit(page, '/live');
  await expect(page.getByTestId('invocations')).toHaveText('1,240');
  expect(await findings(page)).toEqual([]);
  await tell(page, ['snapshot', snapshot()]);
  await expect(page.locator('[data-state="running"]')).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await tell(page, ['error', {}]);
  await expect(page.getByTestId('live')).toHaveAttribute('data-feed', 'lost');
  expect(await findings(page)).toEqual([]);
});

test('axe finds nothing on the presenter’s desk', async ({ page, live }) => {
  await visit(page, `/live?key=${presenterKey()}`);
  await expect(live.counter('invocations')).toHaveText(/\d/);
  expect(await findings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Cast 1 vote' }).click();
  await expect(page.getByTestId('desk')).toHaveText(/recorded/);
  expect(await findings(page)).toEqual([]);
});

test('axe finds nothing on a page that does not exist', async ({ page }) => {
  await visit(page, '/nothing-here');
  expect(await findings(page)).toEqual([]);
});
