import { ResultsPage, visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { results as tally, webRuns } from '../stack.ts';

test.describe('the presenter’s keys', () => {
  test('N hides the numbers, also over a reload, until it reveals them', async ({ poll, page }) => {
    const results = await new ResultsPage(page).open();
    await expect(results.option(poll.first.id)).toHaveAttribute('data-votes', /\d/);
    await page.keyboard.press('n');
    await expect(results.option(poll.first.id)).not.toHaveAttribute('data-votes');
    await expect(page.getByRole('main')).not.toContainText('%');
    await expect(page.getByText('The numbers will be revealed soon', { exact: true })).toBeVisible();
    await expect(results.total).toHaveText(String(poll.before.total));
    await webRuns();
    await page.reload();
    await expect(results.total).toHaveText(/\d/);
    await expect(results.option(poll.first.id)).not.toHaveAttribute('data-votes');
    await page.keyboard.press('N');
    await results.shows(poll.after({}));
  });

  test('Q hides the QR code, and F toggles full screen', async ({ page }) => {
    await new ResultsPage(page).open();
    const hint = page.getByTestId('no-code');
    await expect(hint).toBeVisible();
    await page.keyboard.press('q');
    await expect(hint).toBeHidden();
    await page.keyboard.press('q');
    await expect(hint).toBeVisible();
    const isFull = () => page.evaluate(() => document.fullscreenElement !== null);
    await page.keyboard.press('f');
    await expect.poll(isFull).toBe(true);
    // It is for whoever started this, not for the room.
    await expect(hint).toBeHidden();
    await page.keyboard.press('f');
    await expect.poll(isFull).toBe(false);
    await expect(hint).toBeVisible();
  });

  test('each is also a button that says what it does', async ({ page }) => {
    await new ResultsPage(page).open();
    const legend = page.getByRole('list', { name: 'Presenter’s keys' });
    await expect(legend.getByRole('button')).toHaveText([/^F\s*full screen$/, /^Q\s*hide the QR code$/, /^N\s*hide/]);
    await legend.getByRole('button', { name: 'hide the numbers' }).click();
    await expect(legend.getByRole('button', { name: 'reveal the numbers' })).toBeVisible();
  });

  test('leave the browser’s own shortcuts alone', async ({ poll, page }) => {
    const results = await new ResultsPage(page).open();
    await page.keyboard.press('Control+Shift+N');
    await page.keyboard.press('Alt+q');
    await results.shows(poll.after({}));
    await expect(page.getByTestId('no-code')).toBeVisible();
  });
});

test('where only this machine can connect, the page says how to open it', async ({ page }) => {
  await visit(page, '/results');
  await expect(page.getByTestId('no-code')).toContainText('make run BIND=0.0.0.0');
});

test('the results can be exported as CSV and as JSON', async ({ page, request }) => {
  await new ResultsPage(page).open();
  await webRuns();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/^results.*\.csv$/);

  const now = await tally();
  const csv = await request.get('/results.csv');
  expect(csv.headers()['content-type']).toBe('text/csv; charset=utf-8');
  const lines = (await csv.text()).trim().split('\r\n');
  expect(lines[0]).toBe('id,label,votes,percent');
  expect(lines).toHaveLength(now.options.length + 1);
  for (const { id, label, votes } of now.options)
    expect(lines.some((line) => line.startsWith(`${id},${label},${votes},`))).toBe(true);

  const json = await request.get('/results.json');
  expect(json.headers()['content-disposition']).toContain('attachment');
  expect(await json.json()).toMatchObject({ total: now.total, options: now.options });
});
