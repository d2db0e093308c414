import type { Browser, Page } from '@playwright/test';
import { launchChromium } from './chromium.ts';

/** Records when a total was painted: in the frame after it was added to the document. Runs in the page. */
const WATCH = `
  window.shown = [];
  const look = () => {
    const total = document.querySelector('[data-testid=total]')?.textContent;
    if (!/^\\d+$/.test(total ?? '') || window.shown.at(-1)?.total === Number(total)) return;
    const entry = { total: Number(total) };
    window.shown.push(entry);
    requestAnimationFrame(() => setTimeout(() => { entry.at = performance.timeOrigin + performance.now(); }));
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  look();`;

/** The results page in a real Chromium. */
export class ResultsPage {
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #url: string;

  private constructor(browser: Browser, page: Page, url: string) {
    this.#browser = browser;
    this.#page = page;
    this.#url = url;
  }

  static async launch(port: number): Promise<ResultsPage> {
    const browser = await launchChromium();
    return new ResultsPage(browser, await browser.newPage(), `http://localhost:${port}/results`);
  }

  async open(): Promise<void> {
    if (this.#page.url() === this.#url) return;
    await this.#page.goto(this.#url);
    await this.#page.evaluate(WATCH);
  }

  /** The totals that were painted, and when, by this process' clock. */
  async shown(): Promise<{ total: number; at: number }[]> {
    const entries: { total: number; at?: number }[] = await this.#page.evaluate('window.shown');
    return entries.flatMap(({ total, at }) => (at === undefined ? [] : [{ total, at: at - performance.timeOrigin }]));
  }

  async leave(): Promise<void> {
    await this.#page.goto('about:blank');
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
