import { test as base, type Page } from '@playwright/test';
import { startOwnStack } from './own-stack.ts';
import { LivePage, ResultsPage, VotePage } from './pages.ts';
import { type Results, results, stack } from './stack.ts';

/** The numbers before a test, because other tests may have voted already. */
export class Poll {
  readonly before: Results;

  constructor(before: Results) {
    this.before = before;
  }

  get first() {
    return this.at(0);
  }

  get second() {
    return this.at(1);
  }

  /** The numbers after this many votes have been added (or removed). */
  after(added: Record<string, number>): { total: number; votes: Record<string, number> } {
    const votes = Object.fromEntries(this.before.options.map(({ id, votes }) => [id, votes + (added[id] ?? 0)]));
    return { votes, total: Object.values(votes).reduce((sum, each) => sum + each, 0) };
  }

  private at(index: number) {
    const option = this.before.options[index];
    if (!option) throw new Error(`The poll has no option ${index}`);
    return option;
  }
}

/** Another person's browser, which shares nothing with the first one. */
type Newcomer = () => Promise<Page>;

type Pages = { vote: VotePage; results: ResultsPage; live: LivePage };

export const test = base.extend<Pages & { poll: Poll; newcomer: Newcomer }, { stackOfWorker: undefined }>({
  // The first worker uses the existing stack; each other worker starts its own.
  stackOfWorker: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use, { parallelIndex }) => {
      if (parallelIndex === 0) return use(undefined);
      // With the same catalog.
      const { COMPOSE_FILE = 'docker-compose.yml' } = process.env;
      const own = await startOwnStack(`worker-${parallelIndex}`, { COMPOSE_FILE });
      Object.assign(stack, own);
      await use(undefined);
      await own.stop();
    },
    { scope: 'worker', auto: true, timeout: 600_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above
  baseURL: async ({}, use) => use(stack.url),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  poll: async ({}, use) => use(new Poll(await results())),
  vote: async ({ page }, use) => use(new VotePage(page)),
  live: async ({ page }, use) => use(new LivePage(page)),
  results: async ({ page }, use) => use(new ResultsPage(await page.context().newPage())),
  newcomer: async ({ browser }, use) => {
    const opened: Page[] = [];
    await use(async () => {
      const page = await (await browser.newContext()).newPage();
      opened.push(page);
      return page;
    });
    await Promise.all(opened.map((page) => page.context().close()));
  },
});

export { expect } from '@playwright/test';
