import { gzipSync } from 'node:zlib';
import { type APIRequestContext, chromium } from '@playwright/test';
import lighthouse from 'lighthouse';
import { FLAGS, findChromium } from '../chromium.ts';
import { freePort } from '../free-port.ts';
import { expect, test } from '../poll.ts';
import { BASE_URL } from '../stack.ts';

const PAGES = ['/', '/results', '/live'];
const LOWEST = { performance: 95, accessibility: 100, 'best-practices': 100, seo: 100 };
/** Another program on the machine may spoil a run: the best of so many counts. */
const RUNS = 3;
/** What a page's own scripts may weigh, gzipped, beyond those of a page that has none. */
const OWN_SCRIPTS_KB = 25;

test('Lighthouse: nothing to complain about, and fast on a phone', async () => {
  test.setTimeout(RUNS * PAGES.length * 60_000);
  const port = await freePort();
  const executablePath = findChromium();
  const browser = await chromium.launch({
    args: [...FLAGS, `--remote-debugging-port=${port}`],
    ...(executablePath && { executablePath }),
  });
  try {
    for (const path of PAGES) {
      // Warm, as the second visitor finds it.
      await fetch(`${BASE_URL}${path}`);
      const best: Record<string, number> = {};
      let complaints: string[] = [];
      for (let run = 1; run <= RUNS; run += 1) {
        const scores = await score(`${BASE_URL}${path}`, port);
        for (const [category, value] of Object.entries(scores.categories))
          best[category] = Math.max(best[category] ?? 0, value);
        complaints = scores.complaints;
        if (Object.entries(LOWEST).every(([category, lowest]) => (best[category] ?? 0) >= lowest)) break;
      }
      for (const [category, lowest] of Object.entries(LOWEST))
        expect.soft(best[category], `${category} of ${path}: ${complaints.join(', ')}`).toBeGreaterThanOrEqual(lowest);
    }
  } finally {
    await browser.close();
  }
});

async function score(url: string, port: number) {
  const run = await lighthouse(url, { port, output: 'json', logLevel: 'error', onlyCategories: Object.keys(LOWEST) });
  if (!run) throw new Error(`Lighthouse had nothing to say about ${url}`);
  const { categories, audits } = run.lhr;
  const complaints = Object.values(categories).flatMap(({ auditRefs }) =>
    auditRefs
      .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 0.9)
      .map(({ id }) => `${id} ${audits[id]?.displayValue ?? ''}`),
  );
  const percent = Object.entries(categories).map(([id, { score: share }]) => [id, Math.round((share ?? 0) * 100)]);
  return { categories: Object.fromEntries(percent) as Record<string, number>, complaints };
}

test('the pages bring few scripts of their own', async ({ request }) => {
  const none = await scriptsOf('/there-is-no-such-page', request);
  for (const path of PAGES) {
    const own = (await scriptsOf(path, request)) - none;
    expect(own, path).toBeLessThanOrEqual(OWN_SCRIPTS_KB);
  }
});

/** What the scripts that a page loads first weigh together, in gzipped kilobytes. */
async function scriptsOf(path: string, request: APIRequestContext): Promise<number> {
  const html = await (await request.get(path)).text();
  const paths = new Set([...html.matchAll(/<script[^>]*\bsrc="([^"]+)"/g)].map(([, src]) => src ?? ''));
  expect(paths.size).toBeGreaterThan(0);
  const bodies = await Promise.all([...paths].map(async (src) => (await request.get(src)).body()));
  return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) / 1024;
}

test('on a warm server the largest part is there within a second', async ({ page }) => {
  for (const path of PAGES) {
    await page.goto(path);
    await page.goto(path);
    const paintedMs = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? 0)).observe({
            type: 'largest-contentful-paint',
            buffered: true,
          });
        }),
    );
    expect(paintedMs, path).toBeLessThan(1_000);
  }
});
