import { ResultsPage, VotePage, visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { stack, webRuns } from '../stack.ts';

const room = () => stack.url.replace(/\/\/[^:/]+/, '//room.test');

/** The address for phones in the room: plain HTTP, and not a name of this machine. */
test.use({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  baseURL: async ({}, use) => use(room()),
});

test('a phone in the room votes, is remembered, and sees the results', async ({ poll, page, newcomer }) => {
  const vote = await new VotePage(page).open();
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await vote.vote(poll.first.label);
  await webRuns();
  await page.reload();
  await vote.showsRecorded(poll.first.label);
  await vote.comesAlive();
  await vote.vote(poll.second.label);

  const results = new ResultsPage(page);
  await results.open();
  await results.shows(poll.after({ [poll.second.id]: 1 }));

  const another = await newcomer();
  await visit(another, '/');
  await new VotePage(another).vote(poll.second.label);
  await results.shows(poll.after({ [poll.second.id]: 2 }));
});

test('a phone without JavaScript posts the form', async ({ poll, browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: room() });
  const vote = new VotePage(await context.newPage());
  await visit(vote.page, '/');
  await vote.vote(poll.first.label);
  await context.close();
});

test('the results show the room a QR code and the address to type; a phone needs neither', async ({ page }) => {
  await new ResultsPage(page).open();
  await expect(page.getByRole('img', { name: `QR code of ${room()}/` })).toBeVisible();
  await expect(page.getByTestId('code')).toContainText(room().replace('http://', ''));
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByTestId('code')).toBeHidden();
});
