import type { Browser, Page } from '@playwright/test';
import { launchChromium } from './chromium.ts';

/** When the page shows what it should: in the frame after that was added to the document. Runs in the page, which it changes nothing of. */
const watch = (shows: string) => `void (window.shownAt = new Promise((resolve) => {
  const look = () => {
    if (!(${shows})) return false;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
    return true;
  };
  const observer = new MutationObserver(look);
  if (!look()) observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
}))`;

/** Phones with the vote page and a screen with the results, in a real Chromium: each a browser of its own, with its own connections. */
export class Room {
  readonly #browser: Browser;
  readonly #pages: Page[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async open(port: number, phones: number): Promise<Room> {
    const room = new Room(await launchChromium());
    for (const path of ['/results', ...Array.from({ length: phones }, () => '/')]) {
      const page = await (await room.#browser.newContext()).newPage();
      await page.goto(`http://localhost:${port}${path}`);
      room.#pages.push(page);
    }
    return room;
  }

  /**
   * Waits for something that all pages will show. @param shows an expression for the page
   * @returns when each has painted it, by this process' clock
   */
  async expects(shows: string): Promise<() => Promise<number[]>> {
    await Promise.all(this.#pages.map((page) => page.evaluate(watch(shows))));
    return async () => {
      const at = await Promise.all(this.#pages.map((page) => page.evaluate<number>('window.shownAt')));
      return at.map((ms) => ms - performance.timeOrigin);
    };
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
