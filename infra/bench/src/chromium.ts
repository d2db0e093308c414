import type { Browser } from '@playwright/test';
import { FLAGS, findChromium } from '@serverless-vote/e2e/chromium';

/** A browser for the rows that need one; the bench's script has installed it. Loaded by these rows only. */
export async function launchChromium(...flags: string[]): Promise<Browser> {
  const { chromium } = await import('@playwright/test');
  const executablePath = findChromium();
  return chromium.launch({ args: [...FLAGS, ...flags], ...(executablePath && { executablePath }) });
}
