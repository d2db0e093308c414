import type { Page } from '@playwright/test';
import axe, { type RunOptions } from 'axe-core';

/** The rules whose result depends on the colour scheme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];
/** Nobody reads the selectors of elements that pass a rule, which take longer than the rule. */
const VIOLATIONS: RunOptions = { resultTypes: ['violations'], selectors: false };

/** The violations that axe finds on the page in its current state, in light and dark colours. */
export async function findings(page: Page): Promise<string[]> {
  // Once per document: reading axe takes as long as using it.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const options = colorScheme === 'light' ? VIOLATIONS : { ...VIOLATIONS, runOnly: COLOUR_RULES };
    const violations = await page.evaluate(async (runOptions) => {
      // Wait for transitions to finish: intermediate colours say nothing about contrast.
      const ending = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
      await Promise.allSettled(ending.map(({ finished }) => finished));
      const { axe: inPage } = window as unknown as { axe: typeof axe };
      return (await inPage.run(document, runOptions)).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
      );
    }, options);
    found.push(...violations.map((violation) => `${colorScheme}, ${violation}`));
  }
  return found;
}
