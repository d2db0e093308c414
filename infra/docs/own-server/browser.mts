/// <reference lib="dom" />
import { chromium } from '@playwright/test';
import { FLAGS, findChromium } from '@serverless-vote/e2e/chromium';

export interface SeenInBrowser {
  /** How the page and the stream of results arrived. */
  protocols: string[];
  /** Are all of the page's cookies for TLS alone? */
  cookiesAreSecure: boolean;
  /** The total before and after a vote in another tab, without a reload. */
  totals: [number, number];
}

/** Votes in a browser with the results open in another tab. The certificate is Caddy's own, which curl has checked. */
export async function voteInBrowser(address: string): Promise<SeenInBrowser> {
  const browser = await chromium.launch({ args: FLAGS, executablePath: findChromium() ?? '' });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
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
    const cookies = await context.cookies();
    const cookiesAreSecure = cookies.length > 0 && cookies.every(({ secure }) => secure);
    return { protocols: [...protocols].sort(), cookiesAreSecure, totals: [before, Number(await total.innerText())] };
  } finally {
    await browser.close();
  }
}
