import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** All that differs between the two colour schemes. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** What axe finds on the page as it is now, in light and in dark colours: nothing, it is hoped. */
export async function findings(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // Bars and colours on their way say nothing about contrast.
    await page.evaluate(() => {
      const ending = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
      return Promise.allSettled(ending.map(({ finished }) => finished));
    });
    // Legacy mode opens no second page, which is needed for frames only: we have none.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    const { violations } = await (colorScheme === 'light' ? axe : axe.withRules(COLOUR_RULES)).analyze();
    found.push(
      ...violations.map(({ id, nodes }) => `${colorScheme}, ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    );
  }
  return found;
}
