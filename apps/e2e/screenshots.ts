/** Takes the screenshots in docs/images of a running stack, which `make screenshots` starts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { FLAGS, findChromium } from './chromium.ts';
import { LivePage, ResultsPage, VotePage, visit } from './pages.ts';
import { presenterKey, stack } from './stack.ts';

const ROOT = join(import.meta.dirname, '../..');
const IMAGES = join(ROOT, 'docs/images');
const PROJECTOR = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
/** How many busy containers a screenshot of a burst should show, and how long to wait for them. */
const AT_WORK = 3;
const PATIENCE_MS = 20_000;
/** What the presenter asks after the first question. */
const QUESTIONS = `Tabs or spaces?
Tabs
Spaces
Whatever the formatter does

Where do your containers run?
On my laptop
In a data centre
Somewhere in the cloud
They don't: nobody is there

What shall we break next?
The network
The database
The clock
`;

const executablePath = findChromium();
const browser = await chromium.launch({ args: FLAGS, ...(executablePath && { executablePath }) });
mkdirSync(IMAGES, { recursive: true });

try {
  await seed(1204).done;
  const results = await open(PROJECTOR);
  await new ResultsPage(results).open();
  await results.waitForTimeout(1_500);
  await shoot(results, 'results');

  const phone = await open(PHONE, 2);
  const vote = await new VotePage(phone).open();
  await vote.options.first().click();
  await phone.getByText(/^Recorded in/).waitFor();
  await phone.waitForTimeout(1_000);
  await shoot(phone, 'vote');

  const live = await open(PROJECTOR);
  await new LivePage(live).open();
  const crowd = seed(3000);
  // In the middle of the burst, when the timeline shows something, too.
  await live.waitForTimeout(6_000);
  await live
    .waitForFunction((count) => document.querySelectorAll('[data-state="running"]').length >= count, AT_WORK, {
      timeout: PATIENCE_MS,
      polling: 50,
    })
    .catch(() => console.warn('Fewer containers were at work at once than would look good.'));
  await shoot(live, 'live');
  crowd.stop();

  const desk = await open(PROJECTOR);
  await visit(desk, `/present?key=${presenterKey()}`);
  await desk.request.post('/presenter/polls', { data: { kind: 'add', text: QUESTIONS } });
  await desk.reload();
  await desk.getByRole('button', { name: 'Next question' }).click();
  await desk.getByRole('button', { name: 'Open for 60 s' }).click();
  await desk.getByTestId('state').filter({ hasText: 'Open' }).waitFor();
  await seed(57).done;
  await desk.waitForTimeout(1_000);
  await shoot(desk, 'present');
} finally {
  await browser.close();
}

async function open(viewport: { width: number; height: number }, deviceScaleFactor = 1): Promise<Page> {
  const context = await browser.newContext({ baseURL: stack.url, viewport, deviceScaleFactor, colorScheme: 'light' });
  return context.newPage();
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
}

/** Votes as `make seed` casts them. */
function seed(votes: number): { done: Promise<unknown>; stop(): void } {
  const script = join(ROOT, 'infra/stack/seed.mts');
  const voting = spawn(process.execPath, [script, stack.url, String(votes)], { stdio: 'ignore' });
  return { done: once(voting, 'exit'), stop: () => voting.kill() };
}
