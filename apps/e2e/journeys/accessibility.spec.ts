import type { Page } from '@playwright/test';
import { findings } from '../axe.ts';
import { ResultsPage } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { presenterKey, somebodyVotes } from '../stack.ts';
import { tell, tellStreams } from '../told-streams.ts';

const tally = (...votes: number[]) => ({
  ...{ question: '?', updatedAt: new Date().toISOString(), total: votes.reduce((sum, each) => sum + each, 0) },
  options: votes.map((count, index) => ({ id: `${index}`, label: `Answer ${index}`, votes: count })),
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme, reducedMotion: 'reduce' } as object);

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

    test('axe finds nothing on the results page, open and secret', async ({ page }) => {
      await new ResultsPage(page).open();
      expect(await findings(page)).toEqual([]);
      await page.keyboard.press('n');
      expect(await findings(page)).toEqual([]);
    });

    test('axe finds nothing on the results page without votes, at a tie, paused and cut off', async ({ page }) => {
      await tellStreams(page, { '/streams/results': [['message', tally(0, 0)]] });
      await page.goto('/results');
      await expect(page.getByText('No votes yet', { exact: true })).toBeVisible();
      expect(await findings(page)).toEqual([]);
      await tell(page, 'message', tally(7, 7));
      await expect(page.getByText('Answer 0 and Answer 1 are tied at 7 votes', { exact: true })).toBeVisible();
      expect(await findings(page)).toEqual([]);
      await tell(page, 'paused', {});
      await expect(page.getByTestId('live')).toHaveText(/^Counting is paused, changed/);
      expect(await findings(page)).toEqual([]);
      await tell(page, 'error', {});
      await expect(page.getByTestId('live')).toHaveText(/^Reconnecting, changed/);
      expect(await findings(page)).toEqual([]);
    });

    test('axe finds nothing while a vote waits: among many, offline, cut off', async ({ poll, vote, page }) => {
      await vote.open();
      await page.route('**/vote', (route) =>
        route.fulfill({ status: 429, headers: { 'retry-after': '20' }, json: { error: { type: 'TooManyVotes' } } }),
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

    test('axe finds nothing on the live page, at rest and at work', async ({ poll, live, page }) => {
      await live.open();
      expect(await findings(page)).toEqual([]);
      await Promise.all(Array.from({ length: 40 }, () => somebodyVotes(poll.first.id)));
      await expect(live.part('record-vote').locator('[data-container]').first()).toBeVisible();
      expect(await findings(page)).toEqual([]);
      // Who comes back online listens anew; here in vain.
      await page.route('**/streams/activity', (route) => route.abort('connectionreset'));
      await page.evaluate(() => dispatchEvent(new Event('online')));
      await expect(live.mark).toHaveAttribute('data-feed', 'lost');
      expect(await findings(page)).toEqual([]);
    });

    test('axe finds nothing on the presenter’s desk', async ({ page, live }) => {
      await page.goto(`/live?key=${presenterKey()}`);
      await expect(live.counter('invocations')).toHaveText(/\d/);
      expect(await findings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Cast 1 vote' }).click();
      await expect(page.getByTestId('desk')).toHaveText(/recorded/);
      expect(await findings(page)).toEqual([]);
    });

    test('axe finds nothing on a page that does not exist', async ({ page }) => {
      await page.goto('/nothing-here');
      expect(await findings(page)).toEqual([]);
    });
  });
}

for (const width of [390, 1280, 1920]) {
  test(`nothing is wider than a window of ${width} px, and nothing jumps`, async ({ page, vote, poll }) => {
    await page.setViewportSize({ width, height: 900 });
    for (const path of ['/', '/results', '/live']) {
      await page.goto(path);
      await page.waitForTimeout(500);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, path).toBeLessThanOrEqual(0);
      expect(await spilled(page), path).toEqual([]);
      expect(await layoutShift(page), path).toBeLessThan(0.01);
    }
    await vote.open();
    await vote.vote(poll.first.label);
    expect(await layoutShift(page)).toBeLessThan(0.01);
  });
}

/** Numbers that run into their neighbours. */
const spilled = (page: Page) =>
  page
    .locator('dd')
    .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));

/** How much has moved since the page was opened, as the browser counts it. */
const layoutShift = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(sum), 100);
      }),
  );
