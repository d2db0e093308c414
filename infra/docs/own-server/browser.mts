/// <reference lib="dom" />
import { type BrowserContext, chromium } from '@playwright/test';
import { FLAGS, findChromium } from '@serverless-vote/e2e/chromium';

/** In a browser of its own. The certificate is Caddy's own, which curl has checked. */
async function browse<Seen>(run: (context: BrowserContext) => Promise<Seen>): Promise<Seen> {
  const browser = await chromium.launch({ args: FLAGS, executablePath: findChromium() ?? '' });
  try {
    return await run(await browser.newContext({ ignoreHTTPSErrors: true }));
  } finally {
    await browser.close();
  }
}

const allAreSecure = async (context: BrowserContext): Promise<boolean> => {
  const cookies = await context.cookies();
  return cookies.length > 0 && cookies.every(({ secure }) => secure);
};

export interface SeenByVoter {
  /** How the page and the stream of results arrived. */
  protocols: string[];
  /** Are all of the page's cookies for TLS alone? */
  cookiesAreSecure: boolean;
  /** The total before and after a vote in another tab, without a reload. */
  totals: [number, number];
}

/** Votes with the results open in another tab. */
export const voteInBrowser = (address: string): Promise<SeenByVoter> =>
  browse(async (context) => {
    const results = await context.newPage();
    const protocols = new Set<string>();
    const developerTools = await context.newCDPSession(results);
    await developerTools.send('Network.enable');
    developerTools.on('Network.responseReceived', ({ type, response: { protocol = '' } }) => {
      if (type === 'Document' || type === 'EventSource') protocols.add(`${type} over ${protocol}`);
    });
    await results.goto(`${address}/results`);
    const total = results.getByTestId('total');
    // The page is there before its numbers.
    await results.waitForFunction(() => /\d/.test(document.querySelector('[data-testid=total]')?.textContent ?? ''));
    const before = Number(await total.innerText());
    const page = await context.newPage();
    await page.goto(address);
    await page.getByRole('button', { name: 'Dogs' }).click();
    await page.getByText('Recorded').first().waitFor();
    await results.bringToFront();
    await results.waitForFunction(
      (old) => Number(document.querySelector('[data-testid=total]')?.textContent) > old,
      before,
    );
    const cookiesAreSecure = await allAreSecure(context);
    return { protocols: [...protocols].sort(), cookiesAreSecure, totals: [before, Number(await total.innerText())] };
  });

export interface SeenByPresenter {
  /** What `/present` says of the poll. */
  state: string;
  /** Has `/live` numbers, from its stream, and the presenter's desk? */
  isLive: boolean;
  cookiesAreSecure: boolean;
}

/** Opens the presenter's pages with the key. */
export const presentInBrowser = (address: string, key: string): Promise<SeenByPresenter> =>
  browse(async (context) => {
    const page = await context.newPage();
    await page.goto(`${address}/present?key=${key}`);
    const state = await page.getByTestId('state').innerText();
    await page.goto(`${address}/live`);
    await page.waitForFunction(() => /\d/.test(document.querySelector('[data-testid=invocations]')?.textContent ?? ''));
    await page.getByTestId('desk').waitFor();
    return { state, isLive: true, cookiesAreSecure: await allAreSecure(context) };
  });
