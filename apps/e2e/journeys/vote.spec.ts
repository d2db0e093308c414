import { VotePage } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { results, webRuns } from '../stack.ts';

test('a vote changes an open results page in another window, without a reload', async ({ poll, vote, results }) => {
  await results.open();
  await results.page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  await vote.open();
  await vote.vote(poll.first.label);
  await results.shows(poll.after({ [poll.first.id]: 1 }));
  expect(await results.page.evaluate(() => 'neverReloaded' in window)).toBe(true);
});

test('a voter who changes their mind changes the vote, and adds none', async ({ poll, vote, results }) => {
  await results.open();
  await vote.open();
  await vote.vote(poll.first.label);
  await results.shows(poll.after({ [poll.first.id]: 1 }));
  await vote.vote(poll.second.label);
  await results.shows(poll.after({ [poll.second.id]: 1 }));
});

test('a second browser adds a vote', async ({ poll, vote, results, newcomer }) => {
  await results.open();
  await vote.open();
  await vote.vote(poll.first.label);
  const second = await new VotePage(await newcomer()).open();
  await second.vote(poll.first.label);
  await results.shows(poll.after({ [poll.first.id]: 2 }));
});

test('the page remembers the choice after a reload, and after a change of mind', async ({ poll, vote, page }) => {
  await vote.open();
  await expect(vote.chosen).toHaveCount(0);
  await vote.vote(poll.second.label);
  await webRuns();
  await page.reload();
  await vote.showsRecorded(poll.second.label);
  await vote.comesAlive();
  await vote.vote(poll.first.label);
  await webRuns();
  await page.reload();
  await vote.showsRecorded(poll.first.label);
});

test('two quick taps of a new visitor are one vote, for the second', async ({ poll, vote }) => {
  await vote.open();
  await vote.option(poll.first.label).click({ noWaitAfter: true });
  await vote.option(poll.second.label).click({ noWaitAfter: true });
  await vote.showsRecorded(poll.second.label);
  expect(await results()).toMatchObject({ total: poll.before.total + 1 });
  expect((await results()).options[1]?.votes).toBe(poll.second.votes + 1);
});

test('a vote comes with a receipt: which container, how it was started, where the time went', async ({
  poll,
  vote,
  page,
}) => {
  await vote.open();
  await vote.vote(poll.first.label);
  const receipt = page.getByText(/Recorded in [\d.]+ ms by container [\da-f]{12}, which/);
  await expect(receipt).toBeVisible();
  await expect(receipt).toContainText('All times are the server’s.');
  await expect(page.getByRole('listitem').filter({ hasText: /^ran [\d.]+ ms$/ })).toBeVisible();
});

test('everything is done by keyboard', async ({ poll, vote, page }) => {
  await vote.open();
  while (!(await vote.option(poll.second.label).evaluate((button) => button === document.activeElement))) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await vote.showsRecorded(poll.second.label);
  await expect(vote.option(poll.second.label)).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Space');
  await expect(vote.chosen).not.toHaveText(poll.second.label);
});
