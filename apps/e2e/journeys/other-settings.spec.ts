import { findings } from '../axe.ts';
import { resize } from '../layout.ts';
import { type OwnStack, startOwnStack } from '../own-stack.ts';
import { VotePage, visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { readQr } from '../read-qr.ts';
import { presenterKey } from '../stack.ts';

const PUBLIC_URL = 'http://192.168.1.20:8080';
const LABELS = [
  ...['Semicolons', 'The office coffee machine', 'Meetings before ten o’clock in the morning', 'Kubernetes'],
  ...['Tabs', 'Spaces (and everything that comes with them)', 'Donaudampfschifffahrtsgesellschaftskapitän', 'YAML'],
];
/** A question of the maximum length. */
const QUESTION = 'If you had to give up exactly one of these for the rest of your working life, and nobody knew why, '
  .repeat(2)
  .slice(0, 199)
  .concat('?');

let stack: OwnStack;

// All in one worker, because they share a stack.
test.describe.configure({ mode: 'default' });
test.beforeAll(async () => {
  const settings = { LIVE: '0', PUBLIC_URL, POLL_QUESTION: QUESTION, POLL_OPTIONS: LABELS.join(',') };
  stack = await startOwnStack('other-settings', settings);
});
test.afterAll(() => stack?.stop());

test('LIVE=0: nothing about containers is published, the page says so, and voting works', async ({ page, request }) => {
  expect((await request.get(`${stack.url}/streams/activity`)).status()).toBe(404);
  const asked: string[] = [];
  page.on('request', (one) => asked.push(new URL(one.url()).pathname));
  await visit(page, `${stack.url}/live?key=${presenterKey()}`);
  await expect(page.getByText('the live picture is switched off (LIVE=0)')).toBeVisible();
  await expect(page.locator('[data-part]')).toHaveCount(0);
  expect(asked).not.toContain('/streams/activity');
  expect(await findings(page)).toEqual([]);

  await visit(page, stack.url);
  await new VotePage(page).vote('YAML');
  await visit(page, `${stack.url}/results`);
  await expect(page.getByTestId('total')).toHaveText('1');
});

test('the QR code on the screen leads to PUBLIC_URL', async ({ page }) => {
  await visit(page, `${stack.url}/results`);
  for (const width of [1280, 1920]) {
    await resize(page, width, 720);
    expect(await readQr(page.getByTestId('code'), page)).toBe(`${PUBLIC_URL}/`);
    await expect(page.getByTestId('code')).toContainText('192.168.1.20:8080');
  }
});

test('the longest question and eight answers fit every screen, and axe finds nothing', async ({ page }) => {
  await visit(page, `${stack.url}/results`);
  await expect(page.getByTestId('total')).toHaveText(/\d/);
  for (const [width, height] of [
    [1024, 768],
    [1280, 720],
    [1920, 1080],
  ] as const) {
    const where = `${width} × ${height}`;
    await resize(page, width, height);
    const { scrollWidth, scrollHeight } = await page.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return { scrollWidth, scrollHeight };
    });
    expect({ scrollWidth, scrollHeight }).toEqual({ scrollWidth: width, scrollHeight: height });
    const board = await page.locator('.board').boundingBox();
    // One below the other, and readable from the back: 24 px at least.
    const rows = page.locator('.result');
    const bars = await page.locator('.result-bar').evaluateAll((all) => all.map((bar) => bar.clientWidth));
    expect(bars, where).toEqual(LABELS.map(() => Math.round(board?.width ?? 0)));
    for (const part of ['.result-name', '.result-percent']) {
      const letters = await rows.locator(part).evaluateAll((all) => all.map((one) => getComputedStyle(one).fontSize));
      for (const px of letters) expect(Number.parseFloat(px), `${part}, ${where}`).toBeGreaterThanOrEqual(24);
    }
    for (const row of await page.locator('[data-option]').all()) {
      const box = await row.boundingBox();
      expect((box?.y ?? 0) + (box?.height ?? 0), where).toBeLessThanOrEqual((board?.y ?? 0) + (board?.height ?? 0) + 1);
    }
    expect(await findings(page), where).toEqual([]);
  }
});

test('on a phone eight answers are large targets, and the verdict stays in sight', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 664 });
  await visit(page, stack.url);
  const vote = new VotePage(page);
  for (const option of await vote.options.all())
    expect((await option.boundingBox())?.height).toBeGreaterThanOrEqual(64);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await vote.vote('Semicolons');
  await expect(vote.status).toBeInViewport({ ratio: 1 });
  expect(await findings(page)).toEqual([]);
});
