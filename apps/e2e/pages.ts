import { expect, type Locator, type Page, type Request, type Response } from '@playwright/test';
import { presenterKey, stack, webRuns } from './stack.ts';

/** Opens a page once web runs; `scale-to-zero.spec.ts` tests how a browser waits for that. */
export async function visit(page: Page, path: string): Promise<Response | null> {
  for (;;) {
    await webRuns(new URL(path, stack.url).origin);
    let cutOff = false;
    const notice = (request: Request) => {
      cutOff ||= request.failure()?.errorText === 'net::ERR_NETWORK_CHANGED';
    };
    page.on('requestfailed', notice);
    const response = await page.goto(path).catch((error: unknown) => {
      if (!cutOff) throw error;
      return null;
    });
    page.off('requestfailed', notice);
    // Chromium aborts requests when the machine's networks change, which happens with every stack that another test starts.
    if (cutOff) continue;
    // On a busy machine it may have stopped already.
    if (response?.status() !== 503) return response;
  }
}

/** Makes the browser the presenter's without opening a page; `presenter.spec.ts` tests the link. */
export async function bePresenter(page: Page): Promise<void> {
  await webRuns();
  const response = await page.request.get(`/present?key=${presenterKey()}`, { maxRedirects: 0 });
  expect(response.status()).toBe(303);
}

/** The vote page, as a voter sees it. */
export class VotePage {
  readonly page: Page;
  readonly options: Locator;
  readonly chosen: Locator;
  readonly status: Locator;

  constructor(page: Page) {
    this.page = page;
    this.options = page.getByRole('main').getByRole('button');
    this.chosen = page.getByRole('main').getByRole('button', { pressed: true });
    // The other one is heard, not seen.
    this.status = page.getByRole('main').locator('[role=status]:not(.sr-only)');
  }

  /** The same page in another browser. */
  on(page: Page): VotePage {
    return new VotePage(page);
  }

  /** Opens the page, and waits until it is hydrated. */
  async open(): Promise<this> {
    await visit(this.page, '/');
    await this.comesAlive();
    return this;
  }

  /** React marks the elements that it has hydrated. */
  async comesAlive(timeout = 120_000): Promise<void> {
    const isAlive = () => Object.keys(document.querySelector('form') ?? {}).some((key) => key.startsWith('__react'));
    await this.page.waitForFunction(isAlive, undefined, { timeout });
  }

  option(label: string): Locator {
    return this.options.filter({ hasText: new RegExp(`^${label}$`) });
  }

  /** The options after voting has ended. */
  get outcome(): Locator {
    return this.page.getByRole('list', { name: 'Result' }).getByRole('listitem');
  }

  get countdown(): Locator {
    return this.page.getByTestId('countdown');
  }

  async vote(label: string): Promise<void> {
    await this.option(label).click();
    await this.showsRecorded(label);
  }

  async showsRecorded(label: string): Promise<void> {
    await expect(this.status).toHaveText(new RegExp(`^Your vote (for ${label} is recorded|is now for ${label})\\.$`));
    await expect(this.chosen).toHaveText(label);
  }
}

/** The results page, as the room sees it. */
export class ResultsPage {
  readonly page: Page;
  readonly total: Locator;
  readonly live: Locator;
  /** What the room reads: the standing, and at the end the winner. */
  readonly words: Locator;

  constructor(page: Page) {
    this.page = page;
    this.total = page.getByTestId('total');
    this.live = page.getByTestId('live');
    this.words = page.locator('.moment');
  }

  /** Opens the page, and waits for the first numbers. */
  async open(): Promise<this> {
    await visit(this.page, '/results');
    await expect(this.total).toHaveText(/^\d+$/);
    return this;
  }

  option(id: string): Locator {
    return this.page.locator(`[data-option="${id}"]`);
  }

  async shows({ total, votes }: { total: number; votes: Record<string, number> }): Promise<void> {
    for (const [id, count] of Object.entries(votes)) {
      await expect(this.option(id)).toHaveAttribute('data-votes', String(count));
    }
    await expect(this.total).toHaveText(String(total));
  }
}

/** The page that shows the architecture, live. */
export class LivePage {
  readonly page: Page;
  readonly mark: Locator;

  constructor(page: Page) {
    this.page = page;
    this.mark = page.getByTestId('live');
  }

  /** The same page in another browser. */
  on(page: Page): LivePage {
    return new LivePage(page);
  }

  /** Opens the page, and waits for the first message. */
  async open(): Promise<this> {
    await visit(this.page, '/live');
    await expect(this.counter('invocations')).toHaveText(/^[\d,]+$/);
    return this;
  }

  part(name: string): Locator {
    return this.page.locator(`[data-part="${name}"]`);
  }

  counter(name: string): Locator {
    return this.page.getByTestId(name);
  }

  async number(name: string): Promise<number> {
    return Number((await this.counter(name).innerText()).replaceAll(',', ''));
  }
}
