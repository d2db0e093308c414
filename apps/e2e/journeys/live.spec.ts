import { expect, test } from '../poll.ts';
import { somebodyVotes } from '../stack.ts';
import { tell, tellStreams } from '../told-streams.ts';

test('a container is seen from its start until it has left', async ({ poll, live }) => {
  await live.open();
  await somebodyVotes(poll.first.id);
  const gone = live.part('record-vote').locator('[data-container][data-state="gone"]');
  // It is there for a second and a half only.
  await expect(gone.first()).toContainText(/^exit 0[\da-f]{12}/);
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

test('the counters begin with the day, and know the memory of what is always there', async ({ poll, live }) => {
  await live.open();
  await somebodyVotes(poll.first.id);
  await expect(live.counter('started').locator('+ dd')).toHaveText(/^[\d,]+ gone, since \d\d:\d\d$/);
  await expect(live.counter('memory')).toHaveText(/^\d+ MiB$/);
  await expect(live.counter('memory').locator('+ dd')).toHaveText(/^launcher \d+, Postgres \d+(; not at rest yet)?$/);
});

test('500 events a second leave the page most of its time', async ({ page }) => {
  const views = Array.from({ length: 13 }, (_, index) => ({
    ...{ id: `${index}`, name: ['record-vote', 'fetch-results', 'web'][index % 3], state: 'running', inFlight: 20 },
    ...{ served: 0, containerId: `${index}`.padStart(12, '0'), createdAt: Date.now(), readyAt: Date.now() },
  }));
  const counters = {
    ...{ removed: 0, removedWell: 0, invocations: 0, succeeded: 0, retried: 0, p50: { warm: 2 }, drained: {} },
    today: { since: Date.now(), started: 13, removed: 0 },
  };
  const snapshot = { now: Date.now(), since: 0, containers: views, counters };
  await tellStreams(page, { '/streams/activity': [['snapshot', snapshot]] });
  await page.goto('/live');
  await expect(page.locator('[data-state="running"]').first()).toBeVisible();

  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busySeconds = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
  const before = { busy: await busySeconds(), at: performance.now() };
  // As the launcher tells it: ten messages a second, each of fifty events.
  const MESSAGES = 30;
  for (let message = 1; message <= MESSAGES; message += 1) {
    const containers = views.map((view) => ({ ...view, served: message * 4, inFlight: 20 + (message % 9) }));
    const now = { ...counters, invocations: message * 50, succeeded: message * 50 };
    await tell(page, 'changes', { now: Date.now(), containers, counters: now, moments: [], events: {} });
    await page.waitForTimeout(100);
  }
  await expect(page.getByTestId('invocations')).toHaveText('1,500');
  const seconds = (performance.now() - before.at) / 1000;
  expect(((await busySeconds()) - before.busy) / seconds).toBeLessThan(0.5);
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
