import { stopClock } from '../clock.ts';
import { visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { silentProxy } from '../silent-proxy.ts';
import { results, somebodyVotes } from '../stack.ts';

const refusal = (status: number, type: string, headers = {}) => ({
  status,
  headers,
  json: { error: { type, message: type } },
});

test('while many are voting, the page says so and sends the vote again when it was told to', async ({
  poll,
  vote,
  page,
}) => {
  await page.clock.install();
  await vote.open();
  // While the clock stands, a slow answer is not taken for none.
  await stopClock(page);
  await page.route('**/vote', (route) => route.fulfill(refusal(429, 'TooManyVotes', { 'retry-after': '600' })), {
    times: 1,
  });
  let posts = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST') posts += 1;
  });
  await vote.option(poll.first.label).click();
  await expect(vote.status).toHaveText('Many are voting. Yours is next: sending it again in 600 s.');
  await expect(vote.chosen).toHaveText(poll.first.label);
  await page.clock.fastForward(300_000);
  expect(posts).toBe(1);
  // The retries of a room that was throttled are spread over a third of that time.
  await page.clock.fastForward(600_000);
  await vote.showsRecorded(poll.first.label);
  expect(posts).toBe(2);
});

test('a vote while voting is paused is sent by itself once it goes on, and the red text leaves', async ({
  poll,
  vote,
  page,
}) => {
  await page.clock.install();
  await vote.open();
  await vote.vote(poll.first.label);
  await stopClock(page);
  let isPaused = true;
  await page.route('**/vote', (route) => (isPaused ? route.fulfill(refusal(503, 'VotingPaused')) : route.fallback()));
  await page.route('**/voting', (route) => route.fulfill({ json: { isPaused } }));
  await vote.option(poll.second.label).click();
  const held = `Voting is paused. Your vote for ${poll.second.label} will be sent as soon as it goes on.`;
  await expect(vote.status).toHaveText(held);
  await expect(vote.status).toHaveClass(/text-permanent/);
  await Promise.all([page.waitForResponse('**/voting'), page.clock.runFor(3_000)]);
  await expect(vote.status).toHaveText(held);
  isPaused = false;
  await page.clock.runFor(3_000);
  await vote.showsRecorded(poll.second.label);
  await expect(vote.status).not.toHaveClass(/text-permanent/);
  expect(await results()).toMatchObject({ total: poll.before.total + 1 });
});

test('a vote without a script that met a pause says so until voting goes on', async ({ page, vote }) => {
  await visit(page, '/?problem=paused');
  await expect(vote.status).toHaveText('One tap votes. You may change your mind.');
  await expect(vote.status).not.toHaveClass(/text-permanent/);
});

test('a vote that gets no answer is sent again after 5 s, and counts once', async ({ poll, vote, page }) => {
  await page.clock.install();
  await vote.open();
  await stopClock(page);
  let posts = 0;
  // The first one is recorded, and its answer gets lost on the way.
  await page.route('**/vote', async (route) => {
    posts += 1;
    if (posts > 1) return route.fallback();
    await route.fetch();
  });
  await vote.option(poll.first.label).click();
  await expect.poll(async () => (await results()).total).toBe(poll.before.total + 1);
  await page.clock.runFor(4_900);
  await expect(vote.status).toHaveText(`Sending your vote for ${poll.first.label} …`);
  expect(posts).toBe(1);
  await page.clock.runFor(100);
  await vote.showsRecorded(poll.first.label);
  expect(posts).toBe(2);
  expect(await results()).toMatchObject({ total: poll.before.total + 1 });
});

test('offline, the page keeps the vote and sends it when the network is back', async ({ poll, vote, page }) => {
  await vote.open();
  await page.context().setOffline(true);
  await vote.option(poll.second.label).click();
  await expect(vote.status).toHaveText(/^You are offline\. Your vote for .* will be sent/);
  await page.context().setOffline(false);
  await vote.showsRecorded(poll.second.label);
});

test('a connection that breaks once is not reported', async ({ poll, vote, page }) => {
  await vote.open();
  await page.route('**/vote', (route) => route.abort('connectionreset'), { times: 1 });
  await vote.option(poll.first.label).click();
  await vote.showsRecorded(poll.first.label);
});

test('an error is told, and the next tap works', async ({ poll, vote, page }) => {
  await vote.open();
  await page.route('**/vote', (route) => route.fulfill(refusal(502, 'VoteFailed')), { times: 1 });
  await vote.option(poll.first.label).click();
  await expect(vote.status).toHaveText(/^Something went wrong\. Your vote may not be recorded/);
  await expect(vote.chosen).toHaveCount(0);
  await vote.vote(poll.first.label);
});

test('results reconnect by themselves after the stream broke', async ({ poll, vote, results }) => {
  await results.page.route('**/streams/results', (route) => route.abort('connectionreset'), { times: 2 });
  await results.open();
  await expect(results.live).toHaveAttribute('data-feed', 'live');
  await vote.open();
  await vote.vote(poll.first.label);
  await results.shows(poll.after({ [poll.first.id]: 1 }));
});

test.describe('on connections that die silently', () => {
  // The minutes that pass here would otherwise be drawn, frame by frame.
  test.use({ reducedMotion: 'reduce' } as object);
  for (const [path, settled] of [
    ['/results', '[data-testid="total"]:not(:empty)'],
    ['/live', '[data-testid="invocations"]:not(:empty)'],
  ] as const) {
    test(`${path} says so after 35 s without a heartbeat, and reconnects`, async ({ page, poll }) => {
      const proxy = await silentProxy();
      await page.clock.install();
      await visit(page, `${proxy.url}${path}`);
      const mark = page.getByTestId('live');
      await page.locator(settled).waitFor();
      await expect(mark).toHaveAttribute('data-feed', 'live');
      // From here on the page's clock stands still. The last heartbeat came at most 15 s ago.
      await stopClock(page);
      proxy.fallSilent();
      await somebodyVotes(poll.first.id);
      await page.clock.runFor(15_000);
      await expect(mark).toHaveAttribute('data-feed', 'live');
      await page.clock.runFor(21_000);
      await expect(mark).toHaveAttribute('data-feed', 'lost');
      await expect(mark).toContainText('Reconnecting');
      proxy.wakeUp();
      // The browser tries its idle connections first, which are dead, too: the page gives up each after 35 s.
      const feed = async () => {
        await page.clock.runFor(5_000);
        return mark.getAttribute('data-feed');
      };
      await expect.poll(feed, { intervals: [500] }).toBe('live');
      if (path === '/results') await expect(page.getByTestId('total')).toHaveText(String(poll.before.total + 1));
      proxy.close();
    });
  }
});
