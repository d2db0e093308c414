import type { Locator, Page } from '@playwright/test';
import { collisions, layoutShift, lightness, overflow, resize } from '../layout.ts';
import { visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { presenterKey } from '../stack.ts';
import { snapshot, tally } from '../told-news.ts';
import { tellStreams } from '../told-streams.ts';

/*
 * Checks positions, not pixels, so the tests work with every version of Chromium.
 */
test.use({ reducedMotion: 'reduce' } as object);

const PAGES = [
  { path: '/', settled: 'text=One tap votes' },
  { path: '/results', settled: '[data-votes="812"]' },
  { path: '/live', settled: '[data-state="running"]' },
];

for (const width of [390, 1280, 1920]) {
  test(`in a window of ${width} px nothing is wider, nothing jumps, and no text meets another`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await tell(page);
    for (const { path, settled } of PAGES) {
      await visit(page, path);
      await page.locator(settled).first().waitFor();
      await page.evaluate(() => document.fonts.ready);
      expect(await overflow(page), path).toBe(0);
      expect(await collisions(page), path).toEqual([]);
      expect(await layoutShift(page), path).toBeLessThan(0.01);
    }
  });
}

test('a vote and its receipt move nothing, and no text meets another, in any window', async ({ page, vote, poll }) => {
  for (const width of [390, 1280, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    // With the real stream: another question would take the place of the one that is voted on.
    await vote.open();
    await vote.vote(poll.first.label);
    await expect(page.getByText(/^Recorded in/)).toBeVisible();
    expect(await collisions(page), `${width} px`).toEqual([]);
    expect(await layoutShift(page), `${width} px`).toBeLessThan(0.01);
    // The next one votes for the first time, too.
    await page.context().clearCookies();
  }
});

test('bars are as long as their shares', async ({ page }) => {
  await tell(page);
  await visit(page, '/results');
  await page.locator('[data-votes="812"]').waitFor();
  for (const width of [390, 1920]) {
    await resize(page, width, 1000);
    const shares = page.locator('.result-bar').evaluateAll((bars) =>
      bars.map((bar) => {
        const [track, filled] = [bar, bar.firstElementChild ?? bar].map((one) => one.getBoundingClientRect());
        return Math.round((100 * ((filled?.right ?? 0) - (track?.left ?? 0))) / (track?.width ?? 0));
      }),
    );
    expect(await shares, `${width} px`).toEqual([67, 33]);
  }
});

test('the live page reads from left to right on a wide screen, and from top to bottom on a phone', async ({ page }) => {
  await tell(page);
  await page.setViewportSize({ width: 1920, height: 1000 });
  await visit(page, '/live');
  const part = (name: string) =>
    page.locator('section').filter({ has: page.getByRole('heading', { name, exact: true }) });
  const path = [page.getByText('and all who vote'), part('Launcher'), part('record-vote'), part('Postgres')];
  await expectInOrder(path, (box) => [box.x, box.x + box.width]);
  await resize(page, 390, 844);
  await expectInOrder(path, (box) => [box.y, box.y + box.height]);
});

test('the vote page has its answers in the first window, and what became of the vote below them', async ({
  page,
  vote,
}) => {
  await vote.open();
  for (const [width, height] of [
    [390, 844],
    [1280, 900],
  ] as const) {
    await resize(page, width, height);
    const answers = await vote.options.all();
    for (const answer of answers) await expect(answer).toBeInViewport({ ratio: 1 });
    const question = page.getByRole('heading', { level: 1 });
    await expectInOrder([question, ...answers.slice(-1), vote.status], (box) => [box.y, box.y + box.height]);
  }
});

test('a question of one long word stays on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  for (const path of ['/', '/results']) {
    await visit(page, path);
    await page.getByRole('heading', { level: 1 }).evaluate((title) => {
      title.textContent = 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz?';
    });
    expect(await overflow(page), path).toBe(0);
    expect(await collisions(page), path).toEqual([]);
  }
});

for (const [width, height] of [
  [1280, 720],
  [1920, 1080],
] as const) {
  test(`the live page with the presenter’s desk fits a screen of ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await tell(page);
    const kill = { killed: '1ab2c3d4e5f6', recordedBy: '2ab2c3d4e5f6', durationMs: 1_234.5 };
    await page.route('**/presenter/kill', (route) => route.fulfill({ json: kill }));
    await visit(page, `/live?key=${presenterKey()}`);
    await page.locator('[data-state="running"]').waitFor();
    await page.getByRole('button', { name: /^Kill/ }).click();
    await expect(page.getByTestId('desk')).toHaveText(/nothing is lost\.$/);
    const { scrollWidth, scrollHeight } = await page.evaluate(() => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return { scrollWidth, scrollHeight };
    });
    expect({ scrollWidth, scrollHeight }).toEqual({ scrollWidth: width, scrollHeight: height });
    expect(await collisions(page)).toEqual([]);
  });
}

test('the names in the timeline don’t touch', async ({ page }) => {
  await page.addInitScript(() => {
    const written = new Map<string, { y: number; height: number }>();
    Object.assign(window, { written });
    addEventListener('resize', () => written.clear());
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
      written.set(text, { y, height: Number.parseFloat(this.font) });
      fillText.call(this, text, x, y);
    };
  });
  await tell(page);
  await visit(page, '/live');
  await page.locator('[data-state="running"]').waitFor();
  for (const width of [1280, 1440, 1920]) {
    await resize(page, width, 900);
    const names = ['permanent', 'web', 'record-vote', 'fetch-results'];
    const read = () =>
      page.evaluate((all) => {
        const { written } = window as unknown as { written: Map<string, { y: number; height: number }> };
        return all.flatMap((name) => written.get(name) ?? []);
      }, names);
    await expect.poll(async () => (await read()).length).toBe(names.length);
    const lines = await read();
    lines.slice(1).forEach(({ y, height }, index) => {
      expect(y - (lines[index]?.y ?? 0), `${names[index]} and ${names[index + 1]}, ${width} px`).toBeGreaterThan(
        height,
      );
    });
  }
});

test('dark is dark, and light is light', async ({ page }) => {
  for (const { path } of PAGES) {
    await visit(page, path);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await lightness(page), path).toBeLessThan(0.2);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await lightness(page), path).toBeGreaterThan(0.8);
  }
});

/** The same messages for every page, whatever other tests have voted. */
const tell = (page: Page) =>
  tellStreams(page, {
    '/streams/results': [['message', tally([812, 392])]],
    '/streams/activity': [['snapshot', snapshot()]],
  });

type Box = { x: number; y: number; width: number; height: number };

/** Each element begins after the end of the one before. */
async function expectInOrder(places: readonly Locator[], extent: (box: Box) => readonly [number, number]) {
  let last = 0;
  for (const place of places) {
    const [from, to] = extent((await place.boundingBox()) ?? { x: -1, y: -1, width: 0, height: 0 });
    expect(from, `${place}`).toBeGreaterThanOrEqual(last);
    last = to;
  }
}
