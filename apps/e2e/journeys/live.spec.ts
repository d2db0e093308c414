import { expect, test } from '../poll.ts';
import { somebodyVotes } from '../stack.ts';

test('a container is seen from its start until it has left', async ({ poll, live }) => {
  await live.open();
  await somebodyVotes(poll.first.id);
  const gone = live.part('record-vote').locator('[data-container][data-state="gone"]');
  await expect(gone).not.toHaveCount(0);
  await expect(gone.first()).toContainText('exit 0');
  await expect(gone.first()).toContainText(/[\da-f]{12}/);
  await expect(live.part('record-vote').locator('[data-state="gone"]')).toHaveCount(0);
});

test('who joins late sees the containers that live, and the numbers so far', async ({ poll, live, newcomer }) => {
  await live.open();
  await somebodyVotes(poll.first.id);
  const late = live.on(await newcomer());
  await late.open();
  expect(await late.number('invocations')).toBeGreaterThan(0);
  expect(await late.number('started')).toBeGreaterThan(0);
  await expect(late.counter('status')).toHaveText(/^[\d.]+ %$/);
  await expect(late.part('web').locator('[data-container]').first()).toContainText('ready');
  await expect.poll(() => late.number('now')).toBeGreaterThanOrEqual(3);
});

test('votes are counted as they come, and a burst stays a bounded picture', async ({ poll, live, page }) => {
  await live.open();
  const before = await live.number('invocations');
  await Promise.all(Array.from({ length: 300 }, () => somebodyVotes(poll.first.id)));
  await expect.poll(() => live.number('invocations')).toBeGreaterThanOrEqual(before + 300);
  expect(await page.locator('[data-container]').count()).toBeLessThanOrEqual(13);
  await expect(live.counter('p50')).toContainText(/ms (cold|prewarmed|warm)/);
});

test('the picture finds back by itself after the stream broke', async ({ page, live }) => {
  await page.route('**/streams/activity', (route) => route.abort('connectionreset'), { times: 2 });
  await live.open();
  await expect(live.mark).toHaveAttribute('data-feed', 'live');
});

test('those who listen get a sentence, not a flood', async ({ poll, live, page }) => {
  await live.open();
  const spoken = page.getByRole('status');
  await expect(spoken).toHaveText(
    /^(On-demand containers: .*|No on-demand container runs)\. [\d,]+ invocations? so far, /,
  );
  await page.evaluate(() => {
    const status = document.querySelector('[role=status]');
    Object.assign(window, { heard: 0 });
    new MutationObserver(() =>
      Object.assign(window, { heard: (window as unknown as { heard: number }).heard + 1 }),
    ).observe(status as Element, { characterData: true, childList: true, subtree: true });
  });
  for (let i = 0; i < 10; i += 1) await somebodyVotes(poll.first.id);
  await page.waitForTimeout(1500);
  expect(await page.evaluate(() => (window as unknown as { heard: number }).heard)).toBeLessThanOrEqual(1);
});

test.describe('with reduced motion', () => {
  test.use({ reducedMotion: 'reduce' } as object);
  test('nothing moves, and all is shown', async ({ poll, live, page }) => {
    await live.open();
    await somebodyVotes(poll.first.id);
    await expect(live.part('record-vote').locator('[data-container]').first()).toBeVisible();
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  test('the page says what is missing, and still explains itself', async ({ page }) => {
    await page.goto('/live');
    await expect(page.getByText(/takes JavaScript/)).toBeVisible();
    await expect(page.getByText(/starts a container when there is work/)).toBeVisible();
  });
});

test('each page leads to the others', async ({ page }) => {
  await page.goto('/');
  for (const [name, path] of [
    ['Results', '/results'],
    ['Live', '/live'],
    ['Vote', '/'],
  ] as const) {
    await page.getByRole('navigation').getByRole('link', { name }).click();
    await expect(page).toHaveURL(path);
    await expect(page.getByRole('navigation').getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
  }
});
