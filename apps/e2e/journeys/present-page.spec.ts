import type { Page } from '@playwright/test';
import { findings } from '../axe.ts';
import { collisions, overflow } from '../layout.ts';
import { bePresenter, visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { around, list, options, poll, soon, states } from '../told-polls.ts';
import { tellStreams } from '../told-streams.ts';

/** The page as it is, with polls from the test: the shared stack's own are left alone. */
async function openWith(page: Page, told: object, query = '?poll=x'): Promise<string[]> {
  const orders: string[] = [];
  await tellStreams(page, { '/streams/results': [] });
  await page.route('**/presenter/polls', (route) => {
    if (route.request().method() === 'POST') orders.push(route.request().postData() ?? '');
    return route.fulfill({ json: told });
  });
  await bePresenter(page);
  await visit(page, `/present${query}`);
  return orders;
}

const state = (page: Page) => page.getByTestId('state');
const LONG = 'If you had to give up exactly one of these for good, '.repeat(4).slice(0, 199).concat('?');
const WORDY =
  'Welche Donaudampfschifffahrtsgesellschaftskapitänsmütze steht dem Geschwindigkeitsbegrenzungsbeauftragten am besten?';
const LABELS = [
  ...['Semicolons', 'Die Kaffeemaschine im Büro', 'اجتماعات الصباح قبل الساعة العاشرة', 'Kubernetes'],
  ...['猫还是狗', 'Spaces (and everything that comes with them)', 'Donaudampfschifffahrtsgesellschaftskapitän', 'YAML'],
];

for (const [words, told] of Object.entries(states)) {
  test(`${words}: axe finds nothing, and the state is read from the back of a room`, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 720 });
    await openWith(page, around(told));
    await expect(state(page)).toHaveText(words);
    expect(await findings(page)).toEqual([]);
    expect(await state(page).evaluate((one) => Number.parseFloat(getComputedStyle(one).fontSize))).toBeGreaterThan(64);
  });
}

test('axe finds nothing on the other views: to write, to join, history, a confirmation, no key', async ({ page }) => {
  await openWith(page, around(poll('x', { status: 'open', openedAt: soon(-9), total: 57 })));
  await expect(state(page)).toBeVisible();
  await page.keyboard.press('s');
  await expect(page.getByRole('alertdialog')).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  for (const key of ['w', 'j', 'e']) {
    await page.keyboard.press(key);
    await expect(state(page)).toBeHidden();
    expect(await findings(page), key).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(state(page)).toBeVisible();
  }
  await page.context().clearCookies();
  await visit(page, '/present');
  await expect(page.getByRole('heading', { name: 'For the presenter' })).toBeVisible();
  expect(await findings(page)).toEqual([]);
});

for (const [width, height] of [
  [390, 844],
  [1280, 720],
  [1920, 1080],
] as const) {
  test(`eight long answers fit ${width} × ${height}, and nothing is cut off`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    const votes = options(400, 300, 200, 100, 90, 54, 40, 20).map((option, index) => ({
      ...option,
      label: LABELS[index] ?? '',
    }));
    for (const question of [LONG, WORDY]) {
      await openWith(page, around(poll('x', { status: 'open', question, total: 1204, options: votes })));
      await expect(state(page)).toHaveText('Open');
      expect(await overflow(page)).toBe(0);
      expect(await collisions(page)).toEqual([]);
      const [option, action] = [page.locator('[data-option]').last(), page.locator('button.action').first()];
      const [above, below] = await Promise.all([option.boundingBox(), action.boundingBox()]);
      expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(below?.y ?? 0);
      if (width < 1000) continue;
      const { scrollHeight } = await page.evaluate(() => ({ scrollHeight: document.documentElement.scrollHeight }));
      expect(scrollHeight).toBe(height);
    }
  });
}

test('on a phone the selected question is in sight, however long the list is', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const others = Array.from({ length: 30 }, (_, index) => poll(`other-${index}`));
  await openWith(page, list(...others, poll('x', { status: 'open', total: 57 })));
  await expect(state(page)).toHaveText('Open');
  await expect(state(page)).toBeInViewport();
  await page.getByRole('button', { name: 'Question other-9?' }).click();
  await expect(state(page)).toHaveText('Draft');
  await expect(state(page)).toBeInViewport();
});

test('every button says its key, and the key does the same', async ({ page }) => {
  const orders = await openWith(page, around(poll('x')));
  await expect(state(page)).toHaveText('Draft');
  for (const button of await page.getByRole('main').getByRole('button').all()) {
    const isQuestion = (await button.getAttribute('data-poll')) !== null;
    if (!isQuestion) await expect(button.locator('kbd')).toHaveText(/\S/);
  }
  // No key acts while an order is on its way.
  const isAnswered = async (count: number) => {
    await expect.poll(() => orders.length).toBe(count);
    await expect(page.getByRole('button', { name: /Open$/ })).toHaveAttribute('aria-disabled', 'false');
  };
  await page.keyboard.press('o');
  await isAnswered(1);
  await page.getByRole('button', { name: /Open for 30 s$/ }).click();
  await isAnswered(2);
  await page.keyboard.press('6');
  await expect
    .poll(() => orders.map((order) => JSON.parse(order)))
    .toEqual([
      { kind: 'open', poll: 'x', hidden: false },
      { kind: 'open', poll: 'x', hidden: false, closesInSeconds: 30 },
      { kind: 'open', poll: 'x', hidden: false, closesInSeconds: 60 },
    ]);
});

test('no key acts while somebody types, and the browser’s own shortcuts are left alone', async ({ page }) => {
  const orders = await openWith(page, around(poll('x')));
  await expect(state(page)).toHaveText('Draft');
  await page.keyboard.press('Control+Shift+O');
  await page.keyboard.press('Alt+1');
  await page.keyboard.press('w');
  const field = page.getByRole('textbox');
  await expect(field).toBeFocused();
  await page.keyboard.type('ochrsxnjef136 y');
  await expect(field).toHaveValue('ochrsxnjef136 y');
  await page.keyboard.press('Escape');
  await expect(state(page)).toHaveText('Draft');
  expect(orders).toEqual([]);
});

test('a second press while the first is on its way does nothing', async ({ page }) => {
  await openWith(page, around(poll('x')));
  await expect(state(page)).toHaveText('Draft');
  let asked = 0;
  let answer: () => void = () => undefined;
  await page.route('**/presenter/polls', async (route) => {
    asked += 1;
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    await route.fulfill({ json: around(poll('x', { status: 'open', openedAt: soon(0) })) });
  });
  const open = page.getByRole('button', { name: /Open$/ });
  await page.keyboard.press('o');
  await expect(open).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('o');
  // Playwright itself would wait for the button.
  await open.dispatchEvent('click');
  await page.keyboard.press('3');
  // The button knows of the order before the request arrives here.
  await expect.poll(() => asked).toBe(1);
  answer();
  await expect(state(page)).toHaveText('Open');
  expect(asked).toBe(1);
});

test('what fails says what to do, and the same key works again', async ({ page }) => {
  await openWith(page, around(poll('x')));
  await expect(state(page)).toHaveText('Draft');
  const trouble = page.getByTestId('trouble');
  const message = 'The launcher or its database is away. Try again in a moment';
  await page.route('**/presenter/polls', (route) => route.fulfill({ status: 503, json: { message } }));
  await page.keyboard.press('o');
  await expect(trouble).toHaveText(`${message}.`);
  expect(await findings(page)).toEqual([]);
  await page.route('**/presenter/polls', (route) => route.abort());
  await page.keyboard.press('o');
  await expect(trouble).toHaveText('The server can’t be reached. Check the connection, then try again.');
  await page.route('**/presenter/polls', (route) => route.fulfill({ json: around(states.Open ?? poll('x')) }));
  await page.keyboard.press('o');
  await expect(state(page)).toHaveText('Open');
  await expect(trouble).toBeEmpty();
});

test('a list that can’t be had says so, and comes with a key', async ({ page }) => {
  await openWith(page, around(poll('x')));
  await page.route('**/presenter/polls', (route) => route.fulfill({ status: 503, json: { message: 'Away' } }));
  await visit(page, '/present');
  await page.reload();
  await expect(page.getByRole('alert').filter({ hasText: 'Away.' })).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await page.route('**/presenter/polls', (route) => route.fulfill({ json: list(poll('x')) }));
  await page.keyboard.press('t');
  await expect(state(page)).toHaveText('Draft');
});

test('a text with a mistake can’t be added, and the mistake has its line', async ({ page }) => {
  const orders = await openWith(page, around(poll('x')));
  await expect(state(page)).toBeVisible();
  await page.keyboard.press('w');
  await page.getByRole('textbox').fill('Cats or dogs?\nCats\nDogs\n\nTabs?\nTabs\n');
  await expect(page.getByText('Line 5: options: 1 given, 2 to 8 needed, one on each line')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  expect(orders).toEqual([]);
  // What is written survives a reload.
  await page.reload();
  await expect(page.getByRole('textbox')).toHaveValue(/Tabs\?\nTabs\n$/);
  await page.getByRole('textbox').fill('Cats or dogs?\nCats\nDogs\n\nTabs?\nTabs\nSpaces\n');
  await page.keyboard.press('Control+Enter');
  await expect(state(page)).toBeVisible();
  expect(orders.map((order) => JSON.parse(order).kind)).toEqual(['add']);
});
