import { visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { results, somebodyVotes } from '../stack.ts';

test.use({ javaScriptEnabled: false });

test('votes, changes their mind and is remembered without JavaScript', async ({ poll, vote, page }) => {
  await visit(page, '/');
  await vote.option(poll.first.label).click();
  await expect(page).toHaveURL(/\/$/);
  await vote.showsRecorded(poll.first.label);
  await expect(page.getByText(/by container [\da-f]{12}/)).toBeVisible();
  await vote.option(poll.second.label).click();
  await vote.showsRecorded(poll.second.label);
  expect(await results()).toMatchObject({ total: poll.before.total + 1 });
});

test('is told when voting is paused', async ({ vote, page }) => {
  await visit(page, '/?problem=paused');
  await expect(vote.status).toHaveText(/^Voting is paused/);
});

test('the results page has the numbers, renews them, and says what is missing', async ({ poll, page }) => {
  await visit(page, '/results');
  await expect(page).toHaveURL('/results?numbers');
  const total = page.getByTestId('total').filter({ visible: true });
  await expect(total).toHaveText(String(poll.before.total));
  await somebodyVotes(poll.first.id);
  await expect(total).toHaveText(String(poll.before.total + 1));
  const first = page.locator(`[data-option="${poll.first.id}"]`).filter({ visible: true });
  await expect(first).toHaveAttribute('data-votes', String(poll.first.votes + 1));
  await expect(first).toContainText(/%$/);
  await expect(page.getByText(/takes JavaScript/)).toBeVisible();
});
