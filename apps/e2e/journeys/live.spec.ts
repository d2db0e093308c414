import { stopClock } from '../clock.ts';
import { visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { invoke, somebodyVotes } from '../stack.ts';
import { changes, container, snapshot } from '../told-news.ts';
import { tell, tellStreams } from '../told-streams.ts';

test('a container is seen from its start until it has left', async ({ poll, live, page }) => {
  const now = Date.now();
  await page.clock.setFixedTime(now);
  await live.open();
  await somebodyVotes(poll.first.id);
  const gone = live.part('record-vote').locator('[data-container][data-state="gone"]');
  // It is shown for a second and a half of a clock that is stopped.
  await expect(gone.first()).toContainText(/^exit 0[\da-f]{12}/);
  await page.clock.setFixedTime(now + 3_600_000);
  await expect(live.part('record-vote').locator('[data-state="gone"]')).toHaveCount(0);
});

test('a late viewer sees the living containers, and the numbers so far', async ({ poll, live, newcomer }) => {
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
  await Promise.all(Array.from({ length: 100 }, () => somebodyVotes(poll.first.id)));
  await expect.poll(() => live.number('invocations')).toBeGreaterThanOrEqual(before + 100);
  expect(await page.locator('[data-container]').count()).toBeLessThanOrEqual(13);
  await expect(live.counter('p50')).toContainText(/ms (cold|prewarmed|warm)/);
});

test('a call from one function to another is counted, in a line of its own', async ({ poll, live, page }) => {
  await live.open();
  const call = page.getByTestId('calls').locator('.call', { hasText: 'misbehave → misbehave-reused' });
  const before = Number((await call.textContent())?.split(' ').at(-1));
  await invoke('misbehave', { do: 'call', name: 'misbehave-reused', event: { do: 'say', text: 'called' } });
  await expect(call).toHaveText(`misbehave → misbehave-reused ${before + 1}`);
  await somebodyVotes(poll.first.id);
  await expect(page.getByTestId('services')).toContainText('hello');
});

test('single-use turns into reuse in a crowd, and back after it', async ({ poll, live }) => {
  await live.open();
  const serving = live.part('record-vote').locator('[data-serving]');
  await expect(serving).toHaveAttribute('data-serving', 'single-use');
  // The crowd may be over before the last of its votes has been answered here.
  const seen = await serving.evaluateHandle((mark) => {
    const words: (string | null)[] = [];
    new MutationObserver(() => words.push(mark.getAttribute('data-serving'))).observe(mark, { attributes: true });
    return words;
  });
  await Promise.all(Array.from({ length: 100 }, () => somebodyVotes(poll.first.id)));
  await expect.poll(async () => (await seen.jsonValue()).slice(0, 2)).toEqual(['reuse', 'single-use']);
});

test('nothing moves when single-use turns into reuse', async ({ page, live }) => {
  await tellStreams(page, { '/streams/activity': [['snapshot', snapshot()]] });
  await visit(page, '/live');
  const part = live.part('record-vote');
  const word = part.locator('[data-serving] [aria-hidden="false"]');
  const boxes = () =>
    Promise.all([part, part.getByRole('heading'), part.locator('[data-serving]')].map((each) => each.boundingBox()));
  await expect(word).toHaveText('single-use');
  const before = await boxes();
  await tell(page, ['changes', changes(1_241, [], ['record-vote'])]);
  await expect(word).toHaveText('reuse');
  expect(await boxes()).toEqual(before);
});

test('a container that becomes idle is readable at once', async ({ page, live }) => {
  await tellStreams(page, { '/streams/activity': [['snapshot', snapshot()]] });
  await visit(page, '/live');
  const tile = live.part('record-vote').locator('[data-state="running"]');
  const idle = live.part('fetch-results').locator('[data-state="waiting"]');
  await tile.waitFor();
  await tile.evaluate((element) => {
    const background = new Promise<string>((resolve) => {
      const look = () => requestAnimationFrame(() => resolve(getComputedStyle(element).backgroundColor));
      new MutationObserver(look).observe(element, { attributeFilter: ['data-state'] });
    });
    Object.assign(window, { background: () => background });
  });
  await tell(page, ['changes', changes(1_241, [container('1a', 'record-vote', { served: 42 })])]);
  expect(await page.evaluate('window.background()')).toBe(
    await idle.evaluate((element) => getComputedStyle(element).backgroundColor),
  );
});

test('the counters start with the day, and show the memory of the permanent containers', async ({ poll, live }) => {
  await live.open();
  await somebodyVotes(poll.first.id);
  await expect(live.counter('started').locator('+ dd')).toHaveText(/^[\d,]+ gone, since \d\d:\d\d$/);
  for (const name of ['Median latency', 'Exited 0'])
    await expect(live.page.getByText(name, { exact: true })).toBeVisible();
  await expect(live.counter('memory')).toHaveText(/^\d+ MiB$/);
  await expect(live.counter('memory').locator('+ dd')).toHaveText(/^launcher \d+, Postgres \d+(; not idle yet)?$/);
});

test('however many changes come between two frames, the page draws once', async ({ page }) => {
  await tellStreams(page, { '/streams/activity': [['snapshot', snapshot()]] });
  await visit(page, '/live');
  const invocations = page.getByTestId('invocations');
  await expect(invocations).toHaveText('1,240');
  await invocations.evaluate((element) => {
    Object.assign(window, { drawn: [] });
    const { drawn } = window as unknown as { drawn: (string | null)[] };
    const options = { characterData: true, childList: true, subtree: true };
    new MutationObserver(() => drawn.push(element.textContent)).observe(element, options);
  });
  const served = (count: number) => container('1a', 'record-vote', { state: 'running', inFlight: 20, served: count });
  await tell(
    page,
    ...Array.from({ length: 1000 }, (_, index) => ['changes', changes(1241 + index, [served(index)])] as const),
  );
  await expect(invocations).toHaveText('2,240');
  expect(await page.evaluate('window.drawn')).toEqual(['2,240']);
});

test('the picture reconnects by itself after the stream broke', async ({ page, live }) => {
  await page.route('**/streams/activity', (route) => route.abort('connectionreset'), { times: 2 });
  await live.open();
  await expect(live.mark).toHaveAttribute('data-feed', 'live');
});

test('a screen reader gets a sentence at intervals, not a flood', async ({ page }) => {
  await page.clock.install();
  await tellStreams(page, { '/streams/activity': [['snapshot', snapshot()]] });
  await visit(page, '/live');
  const spoken = page.getByRole('status');
  await expect(spoken).toHaveText(/^On-demand containers: .*\. 1,240 invocations so far, /);
  // The clock is stopped, so the following takes no time.
  await stopClock(page, 20_000);
  const changed = async (invocations: number) => {
    await tell(page, ['changes', changes(invocations)]);
    await page.clock.runFor(100);
    await expect(page.getByTestId('invocations')).toHaveText(invocations.toLocaleString('en'));
  };
  await changed(1_250);
  await expect(spoken).toHaveText(/ 1,250 invocations so far, /);
  for (let invocations = 1_251; invocations <= 1_260; invocations += 1) await changed(invocations);
  await page.clock.runFor(8_000);
  await expect(spoken).toHaveText(/ 1,250 invocations so far, /);
  await page.clock.runFor(2_000);
  await expect(spoken).toHaveText(/ 1,260 invocations so far, /);
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
    await visit(page, '/live');
    await expect(page.getByText(/takes JavaScript/)).toBeVisible();
    await expect(page.getByText(/starts a container when there is work/)).toBeVisible();
  });
});

test('each page leads to the others', async ({ page }) => {
  await visit(page, '/');
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
