import { gzipSync } from 'node:zlib';
import { type APIRequestContext, chromium } from '@playwright/test';
import lighthouse, { type RunnerResult } from 'lighthouse';
import { FLAGS, findChromium } from '../chromium.ts';
import { freePort } from '../free-port.ts';
import { expect, test } from '../poll.ts';
import { presenterKey, stack, webRuns } from '../stack.ts';

const PAGES = ['/', '/results', '/live', `/present?key=${presenterKey()}`];
const nameOf = (path: string) => path.split('?', 1)[0];
/** Those that measure no time; `make bench` has its score for performance, and accessibility.spec.ts asks axe, as Lighthouse would. */
const CATEGORIES = ['best-practices', 'seo'];
/** These categories don't need a quiet page. With any other method Lighthouse waits until the CPU is quiet for more than five seconds. */
const METHOD = 'simulate';
const QUIET = { pauseAfterFcpMs: 0, pauseAfterLoadMs: 0, networkQuietThresholdMs: 0, cpuQuietThresholdMs: 0 };
/** Lighthouse waits two seconds for a robots.txt, and counts one that comes later as broken. */
const SKIPPED = ['robots-txt'];
/** On a busy machine Lighthouse may give up before the page is there; it says so. */
const ATTEMPTS = 3;
/** The limit for a page's own scripts, gzipped, beyond those of a page without any. */
const OWN_SCRIPTS_KB = 25;

test('Lighthouse: nothing to complain about', async () => {
  const port = await freePort();
  const executablePath = findChromium();
  const browser = await chromium.launch({
    args: [...FLAGS, `--remote-debugging-port=${port}`],
    ...(executablePath && { executablePath }),
  });
  // Web may have stopped before Lighthouse opens the page.
  const keepingAwake = setInterval(() => webRuns().catch(() => undefined), 1_000);
  try {
    for (const path of PAGES) expect.soft(await complaints(`${stack.url}${path}`, port), nameOf(path)).toEqual([]);
  } finally {
    clearInterval(keepingAwake);
    await browser.close();
  }
});

async function complaints(url: string, port: number): Promise<string[]> {
  let run: RunnerResult | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS && (!run || run.lhr.runtimeError); attempt += 1) {
    await webRuns();
    run = await lighthouse(url, {
      ...{ port, output: 'json', logLevel: 'error', onlyCategories: CATEGORIES, skipAudits: SKIPPED },
      ...{ throttlingMethod: METHOD, maxWaitForFcp: 60_000, maxWaitForLoad: 60_000, ...QUIET },
      disableFullPageScreenshot: true,
    });
  }
  if (!run || run.lhr.runtimeError) throw new Error(`Lighthouse gave up: ${run?.lhr.runtimeError?.message}`);
  const { categories, audits } = run.lhr;
  return Object.values(categories).flatMap(({ auditRefs }) =>
    auditRefs
      .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
      .map(({ id }) => `${id} ${audits[id]?.displayValue ?? ''}`),
  );
}

test('the pages bring few scripts of their own', async ({ request }) => {
  const none = await scriptsOf('/there-is-no-such-page', request);
  for (const path of PAGES) {
    const own = (await scriptsOf(path, request)) - none;
    expect(own, nameOf(path)).toBeLessThanOrEqual(OWN_SCRIPTS_KB);
  }
});

/** The total size of the scripts that a page loads first, in gzipped kilobytes. */
async function scriptsOf(path: string, request: APIRequestContext): Promise<number> {
  await webRuns();
  const html = await (await request.get(path)).text();
  const paths = new Set([...html.matchAll(/<script[^>]*\bsrc="([^"]+)"/g)].map(([, src]) => src ?? ''));
  expect(paths.size).toBeGreaterThan(0);
  const bodies = await Promise.all([...paths].map(async (src) => (await request.get(src)).body()));
  return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) / 1024;
}
