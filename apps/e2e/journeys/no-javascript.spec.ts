import { visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { results } from '../stack.ts';

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

test('the results page says what is missing', async ({ page }) => {
  await visit(page, '/results');
  await expect(page.getByText(/takes JavaScript/)).toBeVisible();
});
