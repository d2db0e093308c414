import type { Page } from '@playwright/test';
import { visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { presenterKey, results as tally, webRuns } from '../stack.ts';

const key = presenterKey();
const desk = (page: Page) => page.getByRole('region', { name: 'Presenter' });

test('the key leaves the address at once, and no script can read its cookie', async ({ page, context }) => {
  await visit(page, `/live?key=${key}`);
  await expect(page).toHaveURL(/\/live$/);
  await expect(desk(page)).toBeVisible();
  const cookie = (await context.cookies()).find(({ name }) => name.startsWith('presenter-'));
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  expect(cookie?.value).not.toContain(key);
  expect(await page.content()).not.toContain(key);
  await webRuns();
  await page.reload();
  await expect(desk(page)).toBeVisible();
});

test('without the key there is no desk, and nothing that it could do', async ({ page, poll, request }) => {
  await visit(page, '/live');
  await expect(page.getByTestId('invocations')).toBeVisible();
  await expect(desk(page)).toHaveCount(0);
  await visit(page, '/live?key=guessed');
  await expect(page).toHaveURL('/live?presenter=unknown');
  await expect(page.getByText('This key is not the presenter’s')).toBeVisible();
  await expect(desk(page)).toHaveCount(0);
  for (const path of ['/presenter/votes', '/presenter/kill'])
    expect((await request.post(path, { data: { count: 100 } })).status(), path).toBe(403);
  expect((await tally()).total).toBe(poll.before.total);
});

test('not even the presenter’s browser does so for another site', async ({ page, poll }) => {
  await visit(page, `/live?key=${key}`);
  const forged = { data: { count: 10 }, headers: { origin: 'http://evil.test' } };
  expect((await page.request.post('/presenter/votes', forged)).status()).toBe(403);
  expect((await page.request.post('/presenter/votes', { data: { count: 1_000_000 } })).status()).toBe(400);
  expect((await tally()).total).toBe(poll.before.total);
});

test('casts sample votes of new voters', async ({ page, poll, results }) => {
  await results.open();
  await visit(page, `/live?key=${key}`);
  for (const [button, words] of [
    ['Cast 1 vote', /^1 vote recorded by 1 container in [\d.]+ ms\.$/],
    ['Cast 10 votes', /^10 votes recorded by \d+ containers? in [\d.]+ ms\.$/],
    ['Cast 100 votes', /^100 votes recorded by \d+ containers? in [\d.]+ ms\.$/],
  ] as const) {
    await desk(page).getByRole('button', { name: button, exact: true }).click();
    await expect(desk(page).getByRole('status')).toHaveText(words);
  }
  await expect(results.total).toHaveText(String(poll.before.total + 111));
});

test('kills a container at work: its vote is recorded by another, and nothing is lost', async ({
  page,
  poll,
  live,
}) => {
  await visit(page, `/live?key=${key}`);
  await expect(live.mark).toHaveAttribute('data-feed', 'live');
  // A container that is gone stays in the picture for a second and a half of a clock that is stopped.
  await page.clock.setFixedTime(Date.now());
  const killed = live.part('record-vote').locator('[data-killed]');
  const [said] = await Promise.all([
    desk(page)
      .getByRole('button', { name: /^Kill/ })
      .click()
      .then(async () => {
        const status = desk(page).getByRole('status');
        await expect(status).toHaveText(/nothing is lost\.$/);
        return status.innerText();
      }),
    expect(killed.first()).toHaveText(/killed/),
  ]);
  const [, first, second] = /^Killed ([\da-f]{12}) with a vote in flight\. ([\da-f]{12}) got the vote/.exec(said) ?? [];
  expect(first).not.toBe(second);
  await expect(page.getByTestId('moment')).toContainText(`${first} died with an event in flight (exit status 137)`);
  const { total } = await tally();
  // One vote was hit; another one may have been cast before it, too early to be hit.
  expect(total).toBeGreaterThan(poll.before.total);
  expect(total).toBeLessThanOrEqual(poll.before.total + 5);
});
