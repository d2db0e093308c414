import { expect, type Page } from '@playwright/test';

/** From here on the page's clock stands still. On a busy machine the moment may have passed before the page hears of it. */
export const stopClock = (page: Page, aheadMs = 1_000): Promise<void> =>
  expect(async () => page.clock.pauseAt(await page.evaluate((ms) => Date.now() + ms, aheadMs))).toPass();
