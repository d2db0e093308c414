import type { Page } from '@playwright/test';
import { findings } from '../axe.ts';
import { overflow } from '../layout.ts';
import { expect, test } from '../poll.ts';
import { containers, stack } from '../stack.ts';

const addressOf = (path: string) => new URL(path, stack.url.replace('localhost', 'workshop.localhost')).href;
/** A browser that finds no container gets the page that says that it is starting, which reloads by itself. */
async function read(page: Page, path: string) {
  await page.goto(addressOf(path));
  await expect(page.getByRole('navigation', { name: 'Pages' })).toContainText('Decisions');
}

test('the workshop starts for its first reader, remembers which steps are done, and stops when nobody reads', async ({
  page,
}) => {
  await read(page, '/');
  await page.getByRole('link', { name: '1. The first vote' }).click();
  await page.getByRole('checkbox', { name: 'Step 2 is done' }).check();
  await page.reload();
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(1);
  await page.getByRole('link', { name: 'Workshop', exact: true }).click();
  await expect(page.getByRole('row', { name: '1. The first vote' })).toContainText(/1 of \d steps/);
  await expect.poll(() => [...containers('workshop'), ...containers('relay')]).toEqual([]);
});

test('commands are copied with one click', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await read(page, '/workshop/01-first-vote');
  await page.getByRole('button', { name: 'Copy' }).first().click();
  await expect(page.getByRole('button', { name: 'Copied' })).toHaveCount(1);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('. docs/workshop/lab.sh\nmake run');
});

test('labs and documents fit into every window, and axe finds nothing', async ({ page }) => {
  for (const path of ['/', '/workshop/07-your-own-function', '/security']) {
    await read(page, path);
    expect(await findings(page), path).toEqual([]);
    for (const width of [360, 390, 1280, 1920]) {
      await page.setViewportSize({ width, height: 844 });
      expect(await overflow(page), `${path} at ${width}`).toBe(0);
    }
  }
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a lab is read like every page, and none of its links is dead', async ({ page, request }) => {
    await read(page, '/workshop/01-first-vote');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Lab 1/);
    await expect(page.getByText('make run', { exact: true }).first()).toBeVisible();
    await page.getByRole('link', { name: 'Workshop', exact: true }).click();
    const links = await page.getByRole('main').getByRole('link').all();
    const targets = await Promise.all(links.map((link) => link.getAttribute('href')));
    const headers = { host: new URL(addressOf('/')).host };
    for (const target of targets.filter((href) => href?.startsWith('/')))
      expect((await request.get(`${stack.url}${target}`, { headers })).status(), String(target)).toBe(200);
  });
});
