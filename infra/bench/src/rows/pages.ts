import type { Browser, Page } from '@playwright/test';
import { freePort } from '@serverless-vote/e2e/free-port';
import { presenterKey } from '@serverless-vote/e2e/stack';
import { changes, container, snapshot } from '@serverless-vote/e2e/told-news';
import { tell, tellStreams } from '@serverless-vote/e2e/told-streams';
import type { Flags } from 'lighthouse';
import type { Bench } from '../bench.ts';
import { launchChromium } from '../chromium.ts';
import { interleave, type Variant } from '../interleave.ts';
import { PAGES } from '../targets.ts';

const LIGHTHOUSE: Flags = { output: 'json', logLevel: 'error', onlyCategories: ['performance'] };
/** The launcher's messages in a burst: ten per second, of fifty events each. */
const [MESSAGES, EACH_MS, EVENTS] = [30, 100, 50];

/** The pages in a real Chromium, with a warm server: largest paint, Lighthouse's score, and a burst on `/live`. */
export async function pages(bench: Bench): Promise<void> {
  const { plan, measured, progress } = bench;
  progress('opening a browser');
  const port = await freePort();
  const browser = await launchChromium(`--remote-debugging-port=${port}`);
  try {
    const variants = [
      ...PAGES.flatMap((path) => [largestPaint(bench, browser, path), lighthouseScore(bench, port, path)]),
      busyThread(bench, browser),
    ];
    Object.assign(measured.series, await interleave(plan.pageRounds, variants, bench));
  } finally {
    await browser.close();
  }
}

/** Waits for web: a request that doesn't accept HTML is held until web is ready. */
const isWarm = ({ warm }: Bench) => warm.gateway.send('/icon.svg');

/** The presenter's page leads to one that explains where its key is, unless it has the key. */
const addressOf = ({ warm }: Bench, path: string) =>
  `http://localhost:${warm.gatewayPort}${path}${path === '/present' ? `?key=${presenterKey()}` : ''}`;

function largestPaint(bench: Bench, browser: Browser, path: string): Variant {
  return {
    name: `largest paint of ${path}`,
    prepare: async () => void (await isWarm(bench)),
    sample: () =>
      inNewPage(browser, async (page) => {
        const url = addressOf(bench, path);
        // The second visit counts, with the scripts in the cache.
        await page.goto(url);
        await page.goto(url);
        return await page.evaluate(
          () =>
            new Promise<number>((resolve) => {
              const look = (list: PerformanceObserverEntryList) => resolve(list.getEntries().at(-1)?.startTime ?? 0);
              new PerformanceObserver(look).observe({ type: 'largest-contentful-paint', buffered: true });
            }),
        );
      }),
  };
}

function lighthouseScore(bench: Bench, port: number, path: string): Variant {
  return {
    name: `Lighthouse of ${path}`,
    prepare: async () => void (await isWarm(bench)),
    async sample() {
      const { default: lighthouse } = await import('lighthouse');
      const run = await lighthouse(addressOf(bench, path), { ...LIGHTHOUSE, port });
      const score = run?.lhr.categories.performance?.score ?? undefined;
      return score === undefined || run?.lhr.runtimeError ? undefined : Math.round(score * 100);
    },
  };
}

/** The percentage of three seconds for which the live page's main thread is busy, at 500 events per second. */
function busyThread(bench: Bench, browser: Browser): Variant {
  const at = (id: number, more: object) =>
    container(`${id}`, ['record-vote', 'fetch-results', 'web'][id % 3] ?? '', { state: 'running', ...more });
  const all = (message: number) =>
    Array.from({ length: 13 }, (_, id) => at(id, { served: message * 4, inFlight: 20 + (message % 9) }));
  return {
    name: 'main thread at 500 events/s',
    prepare: async () => void (await isWarm(bench)),
    sample: () =>
      inNewPage(browser, async (page) => {
        const news = { ...snapshot(), containers: all(0) };
        await tellStreams(page, { '/streams/activity': [['snapshot', news]] });
        await page.goto(`http://localhost:${bench.warm.gatewayPort}/live`);
        await page.locator('[data-state="running"]').first().waitFor();
        const devtools = await page.context().newCDPSession(page);
        await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
        const busySeconds = async () => {
          const { metrics } = await devtools.send('Performance.getMetrics');
          return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
        };
        const [began, before] = [performance.now(), await busySeconds()];
        for (let message = 1; message <= MESSAGES; message += 1) {
          await tell(page, ['changes', changes(message * EVENTS, all(message))]);
          await page.waitForTimeout(EACH_MS);
        }
        return (100 * ((await busySeconds()) - before)) / ((performance.now() - began) / 1000);
      }),
  };
}

async function inNewPage<T>(browser: Browser, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext();
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}
