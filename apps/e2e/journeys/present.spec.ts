import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { resize } from '../layout.ts';
import { type OwnStack, startOwnStack } from '../own-stack.ts';
import { VotePage, visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { readQr } from '../read-qr.ts';
import { presenterKey, webRuns } from '../stack.ts';

const PUBLIC_URL = 'http://192.168.1.20:8080';
const QUESTIONS = 'Tabs or spaces?\nTabs\nSpaces\n\nLater?\nYes\nNo\n';

let own: OwnStack;

// All in one worker, because they share a stack.
test.describe.configure({ mode: 'default' });
test.beforeAll(async () => {
  own = await startOwnStack('present', { PUBLIC_URL });
});
test.afterAll(() => own?.stop());

const state = (page: Page) => page.getByTestId('state');
const question = (page: Page) => page.getByRole('region', { name: 'Selected question' }).getByRole('heading');
const questions = (page: Page) => page.locator('[data-poll]');

/** The presenter's page, on the question that it chooses by itself. */
async function present(page: Page): Promise<void> {
  await visit(page, `${own.url}/present?key=${presenterKey()}`);
  await expect(page).toHaveURL(/\/present$/);
  await expect(state(page)).toBeVisible();
}

/** Presses a key, once the order before it is carried out: until then the buttons say that a press does nothing. */
async function press(page: Page, key: string): Promise<void> {
  await expect(page.locator('button[aria-disabled="true"]')).toHaveCount(0);
  await page.keyboard.press(key);
}

/** Adds a question and selects it. */
async function write(page: Page, text: string): Promise<void> {
  await press(page, 'w');
  await page.getByRole('textbox').fill(text);
  await press(page, 'Control+Enter');
  const [title = ''] = text.split('\n', 1);
  await questions(page).filter({ hasText: title }).click();
  await expect(question(page)).toHaveText(title);
}

/** Web may have stopped meanwhile. */
async function reload(page: Page): Promise<void> {
  await webRuns(own.url);
  await page.reload();
}

/** Somebody else votes, in a browser of their own. */
async function somebodyVotes(newcomer: () => Promise<Page>, label: string): Promise<void> {
  const page = await newcomer();
  await visit(page, own.url);
  await new VotePage(page).vote(label);
}

test('without the key the page says how to get it, and nothing can be read or done', async ({ page }) => {
  await visit(page, `${own.url}/present`);
  await expect(page.getByRole('main')).toContainText('The link that make run prints');
  await expect(page.getByRole('main').getByRole('button')).toHaveCount(0);
  await visit(page, `${own.url}/present?key=guessed`);
  await expect(page.getByText('This key is not the presenter’s')).toBeVisible();
  for (const path of ['/presenter/polls', '/presenter/polls.csv', '/presenter/polls.json'])
    expect((await page.request.get(`${own.url}${path}`)).status(), path).toBe(403);
  const order = { data: { kind: 'close', poll: 'cats-or-dogs' } };
  expect((await page.request.post(`${own.url}/presenter/polls`, order)).status()).toBe(403);
  await present(page);
  await expect(state(page)).toHaveText('Open');
  // Not even the presenter's browser does so for another site.
  for (const headers of [{ origin: 'http://evil.test' }, { 'sec-fetch-site': 'cross-site' }]) {
    expect((await page.request.post(`${own.url}/presenter/polls`, { ...order, headers })).status()).toBe(403);
    expect((await page.request.get(`${own.url}/presenter/polls.csv`, { headers })).status()).toBe(403);
  }
  expect((await page.request.post(`${own.url}/presenter/polls`, { data: { kind: 'drop' } })).status()).toBe(400);
});

test('an hour on stage, by keys: write, open, hide, close, reveal, next, start over', async ({ page, newcomer }) => {
  await present(page);
  await press(page, 'w');
  await page.getByRole('textbox').fill(QUESTIONS);
  await press(page, 'Control+Enter');
  await expect(questions(page)).toHaveCount(3);
  await somebodyVotes(newcomer, 'Cats');
  await expect(page.getByTestId('votes')).toHaveText('1 vote');

  await press(page, 'n');
  await expect(question(page)).toHaveText('Tabs or spaces?');
  await expect(state(page)).toHaveText('Draft');
  await expect(page.getByTestId('trouble')).toHaveText('“Cats or dogs?” is open. Opening this question closes it.');
  await press(page, 'o');
  await expect(state(page)).toHaveText('Open');
  await expect(questions(page).first()).toContainText('Closed · revealed');
  await somebodyVotes(newcomer, 'Tabs');
  await somebodyVotes(newcomer, 'Tabs');
  const tabs = page.locator('[data-option="tabs"]');
  await expect(tabs).toHaveAttribute('data-votes', '2');

  await press(page, 'h');
  await expect(state(page)).toHaveText('Open · hidden');
  await expect(tabs).not.toHaveAttribute('data-votes');
  await press(page, 'c');
  await expect(state(page)).toHaveText('Closed · hidden');
  await reload(page);
  await expect(question(page)).toHaveText('Tabs or spaces?');
  await expect(state(page)).toHaveText('Closed · hidden');
  await press(page, 'r');
  await expect(state(page)).toHaveText('Closed · revealed');
  await expect(tabs).toHaveAttribute('data-votes', '2');

  // Start over asks once, and means this poll only.
  await press(page, 's');
  await expect(page.getByRole('alertdialog')).toContainText('All 2 votes of this poll are forgotten, and nothing else');
  await press(page, 'Escape');
  await expect(page.getByTestId('votes')).toHaveText('2 votes');
  await press(page, 's');
  await press(page, 'y');
  await expect(state(page)).toHaveText('Open');
  await expect(page.getByTestId('votes')).toHaveText('0 votes');
  await press(page, 'ArrowUp');
  await expect(question(page)).toHaveText('Cats or dogs?');
  await expect(page.getByTestId('votes')).toHaveText('1 vote');
});

test('a countdown closes the poll by itself, and a reload in the middle keeps it', async ({ page }) => {
  await present(page);
  await write(page, 'Quick?\nYes\nNo');
  await press(page, '3');
  await expect(state(page)).toHaveText(/^Open · 0:\d\d$/);
  await reload(page);
  await expect(state(page)).toHaveText(/^(Open · (0:\d\d|closing)|Closed · revealed)$/);
  await expect(question(page)).toHaveText('Quick?');
  await expect(state(page)).toHaveText('Closed · revealed');
});

test('two browsers of the presenter show the same', async ({ page, newcomer }) => {
  const other = await newcomer();
  await present(page);
  await present(other);
  await expect(question(other)).toHaveText((await question(page).textContent()) ?? '');
  await press(page, 'h');
  await expect(state(other)).toHaveText(/ · hidden$/);
  await press(other, 'r');
  await expect(state(page)).not.toHaveText(/hidden/);
});

test('a draft can be removed, after a question', async ({ page }) => {
  await present(page);
  const before = await questions(page).count();
  await write(page, 'Wrong?\nYes\nNo');
  await expect(questions(page)).toHaveCount(before + 1);
  await press(page, 'x');
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await press(page, 'y');
  await expect(questions(page)).toHaveCount(before);
});

test('the join screen’s code is as large as the screen allows, and Escape leads back', async ({ page }) => {
  await present(page);
  await press(page, 'j');
  const code = page.getByTestId('code');
  for (const [width, height] of [
    [1920, 1080],
    [1280, 720],
    [390, 844],
  ] as const) {
    await resize(page, width, height);
    const box = await code.boundingBox();
    expect(box?.width).toBeGreaterThan(0.85 * Math.min(width, height));
    expect(await readQr(code, page)).toBe(`${PUBLIC_URL}/`);
    await expect(page.getByTestId('join')).toContainText('192.168.1.20:8080');
  }
  await reload(page);
  await expect(code).toBeVisible();
  await press(page, 'Escape');
  await expect(state(page)).toBeVisible();
});

test('the history keeps every question as a file: one or all, CSV or JSON', async ({ page, newcomer }) => {
  await present(page);
  await write(page, 'Sum?\n=1+1\nTwo');
  await press(page, 'o');
  await expect(state(page)).toHaveText('Open');
  await somebodyVotes(newcomer, 'Two');
  await press(page, 'c');
  await expect(state(page)).toHaveText('Closed · revealed');
  await press(page, 'e');
  const entry = page.getByRole('region', { name: 'History' }).getByRole('button', { name: /^Sum\?/ });
  await expect(entry).toHaveAttribute('aria-current', 'true');
  await expect(entry).toContainText('Two: 1 of 1 vote');
  const saved = async (key: string) => {
    const download = page.waitForEvent('download');
    await press(page, key);
    return readFileSync(await (await download).path(), 'utf8');
  };
  // A spreadsheet runs no formula.
  expect(await saved('c')).toBe(`id,label,votes,percent\r\n1-1,"'=1+1",0,0\r\ntwo,Two,1,100\r\n`);
  expect(JSON.parse(await saved('j'))).toMatchObject({ question: 'Sum?', total: 1 });
  const csv = await saved('a');
  expect(csv).toMatch(/^poll,question,status,opened,closed,id,label,votes,percent\r\n/);
  expect(csv).toMatch(/^sum,Sum\?,closed,\S+,\S+,1-1,"'=1\+1",0,0\r$/m);
  expect(csv).toMatch(/^sum,Sum\?,closed,\S+,\S+,two,Two,1,100\r$/m);
  const { polls } = JSON.parse(await saved('l'));
  expect(polls).toContainEqual(expect.objectContaining({ id: 'sum', total: 1 }));
  expect(polls).not.toContainEqual(expect.objectContaining({ status: 'draft' }));
});
