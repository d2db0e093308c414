import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { ResultsPage } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { presenterKey, somebodyVotes } from '../stack.ts';

async function findings(page: Page) {
  // Bars and colours on their way say nothing about contrast.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

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

    test('axe finds nothing on the live page, at rest and at work', async ({ poll, live, page }) => {
      await live.open();
      expect(await findings(page)).toEqual([]);
      await Promise.all(Array.from({ length: 40 }, () => somebodyVotes(poll.first.id)));
      await expect(live.part('record-vote').locator('[data-container]').first()).toBeVisible();
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
      expect(await layoutShift(page), path).toBeLessThan(0.01);
    }
    await vote.open();
    await vote.vote(poll.first.label);
    expect(await layoutShift(page)).toBeLessThan(0.01);
  });
}

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
