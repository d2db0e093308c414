import type { Page } from '@playwright/test';
import { stopClock } from '../clock.ts';
import { ResultsPage, VotePage, visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { closePoll, openNext, openPoll, resultsOf, reveal } from '../polls.ts';
import { somebodyVotes, stack, webRuns } from '../stack.ts';

const PHONES = Number(process.env.PHONES ?? 5);
const LATE = /came too late: it was not counted\.$/;
const question = (page: Page) => page.getByRole('heading', { level: 1 });
const polls = [
  { question: 'Tea or coffee?', options: ['Tea', 'Coffee'] },
  { question: 'Tabs or spaces?', options: ['Tabs', 'Spaces', 'Both'] },
  { question: 'Mountains or the sea?', options: ['Mountains', 'The sea'] },
];
const [drinks, indents] = polls as [(typeof polls)[0], (typeof polls)[0]];

test.afterEach(openNext);

test('three polls with a countdown: phones and the screen follow without a reload, and see the same winner', async ({
  results,
  newcomer,
}) => {
  await openNext();
  await results.open();
  const began = Date.now();
  const phones = await Promise.all(
    Array.from({ length: PHONES }, async () => await new VotePage(await newcomer()).open()),
  );
  // Long enough to vote in, however busy the machine is: that takes less than to open the pages.
  const closesInSeconds = Math.min(900, 10 + Math.ceil((2 * (Date.now() - began)) / 1_000));
  const pages = [results.page, ...phones.map(({ page }) => page)];
  for (const page of pages) await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  for (const poll of polls) {
    const id = await openPoll({ ...poll, closesInSeconds });
    const recorded = await Promise.all(
      phones.map(async (phone, index) => {
        await expect(question(phone.page)).toHaveText(poll.question);
        await expect(phone.chosen).toHaveCount(0);
        await expect(phone.countdown).toHaveText(/^\d+:\d\d$/);
        await phone.option(poll.options[index % 2 ? 0 : 1] ?? '').click();
        // On a busy machine the countdown may be over before the vote arrives.
        await expect(phone.status).toHaveText(/is recorded\.|Your vote was for|came too late/);
        return !LATE.test(await phone.status.innerText());
      }),
    );
    for (const { page, outcome } of phones) {
      await expect(outcome).toHaveCount(poll.options.length, { timeout: 120_000 + closesInSeconds * 1_000 });
      await expect(page.locator('[data-option]').first()).toHaveAttribute('data-votes');
    }
    const { total } = await resultsOf(id);
    expect(total).toBe(recorded.filter(Boolean).length);
    await expect(results.words).toHaveText(/^(.+ won by \d+ votes?|A tie: .+ at \d+ votes?)$/);
    const winner = await results.words.innerText();
    for (const { status } of phones) await expect(status).toContainText(winner);
    await results.shows({ total, votes: {} });
  }
  for (const page of pages) expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true);
});

test('a closing in the middle of votes: accepted before is counted, after is refused, and nothing else happens', async ({
  vote,
  newcomer,
}) => {
  const poll = await openPoll(drinks);
  const phones = [await vote.open(), await new VotePage(await newcomer()).open()];
  const cast = async () => {
    const answer = await fetch(`${stack.url}/vote`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ poll, choice: 'tea' }),
    });
    const { error } = (await answer.json()) as { error?: { type: string } };
    return error?.type ?? 'recorded';
  };
  let isOver = false;
  const voters = Array.from({ length: 8 }, async () => {
    const answers: string[] = [];
    // Each goes on until it has been refused once.
    while (!isOver || !answers.includes('PollClosed')) answers.push(await cast());
    return answers;
  });
  await expect.poll(async () => (await resultsOf(poll)).total).toBeGreaterThan(3);
  const [final] = await Promise.all([closePoll(), ...phones.map((phone) => phone.option('Coffee').click())]);
  isOver = true;
  const answers = (await Promise.all(voters)).flat();
  for (const phone of phones) {
    await expect(phone.outcome).toHaveCount(2);
    await expect(phone.status).toHaveText(new RegExp(`Your vote was for Coffee\\.$|${LATE.source}`));
  }
  const ofPhones = await Promise.all(phones.map(async ({ status }) => !LATE.test(await status.innerText())));
  // The gateway's limit for one address may turn some away; they are told, and not counted.
  const known = ['recorded', 'PollClosed', 'TooManyRequestsException', 'TooManyVotes'];
  expect(answers.filter((answer) => !known.includes(answer))).toEqual([]);
  const counted = answers.filter((answer) => answer === 'recorded').length + ofPhones.filter(Boolean).length;
  expect((await resultsOf(poll)).total).toBe(counted);
  expect(final.total).toBeLessThanOrEqual(counted);
});

test('a choice made for an old question is neither sent nor shown for the new one', async ({ vote, page }) => {
  const first = await openPoll({ question: 'This or that?', options: ['This', 'That'] });
  await vote.open();
  const posted: string[] = [];
  const held = Promise.withResolvers<void>();
  await page.route('**/vote', async (route) => {
    posted.push(route.request().postData() ?? '');
    await held.promise;
    await route.continue().catch(() => undefined);
  });
  await vote.option('This').click();
  await expect(vote.status).toHaveText('Sending your vote for This …');
  // The same answers, so only the poll tells them apart.
  const second = await openPoll({ question: 'And now?', options: ['This', 'That'] });
  await expect(question(page)).toHaveText('And now?');
  await expect(vote.chosen).toHaveCount(0);
  await expect(vote.status).toHaveText(/^The question changed before your vote was confirmed/);
  held.resolve();
  await page.unroute('**/vote');
  await vote.vote('That');
  // On a busy machine it may have been sent again before the question changed.
  expect(new Set(posted)).toEqual(new Set([`poll=${first}&choice=this`]));
  expect(await resultsOf(second)).toMatchObject({ total: 1, options: [{ votes: 0 }, { votes: 1 }] });
  await webRuns();
  await page.reload();
  await vote.showsRecorded('That');
});

test('a vote without an answer is not sent again after the closing, and the page says what it knows', async ({
  vote,
  page,
}) => {
  await openPoll(drinks);
  await page.clock.install();
  await vote.open();
  await stopClock(page);
  let posts = 0;
  await page.route('**/vote', () => {
    posts += 1;
  });
  await vote.option('Tea').click();
  await closePoll();
  await expect(vote.outcome).toHaveCount(2);
  await expect(vote.status).toHaveText('Sending your vote for Tea …');
  await page.clock.runFor(5_000);
  await expect(vote.status).toHaveText(
    /Your vote was not confirmed before voting ended: it may not have been counted\.$/,
  );
  await page.clock.runFor(60_000);
  expect(posts).toBe(1);
});

test('a phone that has missed the closing is told when it votes, and then follows', async ({ vote, page }) => {
  await openPoll(drinks);
  await page.route('**/streams/results', (route) => route.abort('connectionreset'));
  // Without the stream a busy machine's page may be of the question before.
  await expect(async () => {
    await visit(page, '/');
    await expect(question(page)).toHaveText(drinks.question, { timeout: 1_000 });
  }).toPass();
  await vote.comesAlive();
  await closePoll();
  await page.unroute('**/streams/results');
  await vote.option('Tea').click();
  await expect(vote.status).toHaveText(LATE);
  await expect(vote.outcome).toHaveCount(2);
});

test('pages that were opened while no poll was open show the last one, and follow the next', async ({
  vote,
  results,
}) => {
  await openPoll(drinks);
  await somebodyVotes('coffee');
  await closePoll();
  await visit(vote.page, '/');
  await expect(vote.outcome).toHaveText([/^Tea0%/, /^Coffee100%/]);
  await expect(vote.status).toHaveText('Coffee won by 1 vote.');
  await results.open();
  await expect(results.page.getByText('Coffee won by 1 vote', { exact: true })).toBeVisible();
  await openPoll(indents);
  await expect(question(results.page)).toHaveText(indents.question);
  await results.shows({ total: 0, votes: { tabs: 0, spaces: 0, both: 0 } });
  await vote.vote('Spaces');
  await results.shows({ total: 1, votes: { spaces: 1 } });
});

test('hidden numbers are nowhere until the reveal, and then everywhere at once', async ({ vote, results, request }) => {
  const poll = await openPoll({ ...drinks, hidden: true });
  await vote.open();
  await results.open();
  await vote.vote('Tea');
  await results.shows({ total: 1, votes: {} });
  for (const close of [false, true]) {
    if (close) await closePoll();
    await webRuns();
    for (const path of ['/', '/results', '/results?numbers', '/results.json', '/results.csv'])
      expect(await (await request.get(path)).text(), path).not.toMatch(/100 ?%|"votes\\*":\d|1 vote\b(?!s)|data-votes/);
    await expect(results.page.locator('[data-votes]')).toHaveCount(0);
  }
  await expect(vote.status).toHaveText('The result will be shown here. Your vote was for Tea.');
  await reveal(poll);
  await expect(vote.status).toHaveText('Tea won by 1 vote. Your vote was for Tea.');
  await results.shows({ total: 1, votes: { tea: 1, coffee: 0 } });
});

test('a phone whose clock is an hour fast counts down with the server', async ({ vote, page, newcomer }) => {
  await openPoll({ ...drinks, closesInSeconds: 900 });
  await page.clock.install({ time: Date.now() + 3_600_000 });
  await vote.open();
  const right = await new VotePage(await newcomer()).open();
  for (const { countdown, options } of [vote, right]) {
    await expect(countdown).toHaveText(/^1[0-5]:\d\d$/);
    await expect(options.first()).toBeEnabled();
  }
});

test('results reconnect in the middle of a countdown, to the question that is open by then', async ({ page }) => {
  await openPoll({ ...drinks, closesInSeconds: 900 });
  const results = await new ResultsPage(page).open();
  await page.context().setOffline(true);
  await openPoll({ ...indents, closesInSeconds: 900 });
  await page.context().setOffline(false);
  await expect(question(page)).toHaveText(indents.question);
  await expect(page.getByTestId('countdown')).toHaveText(/^\d+:\d\d$/);
  await results.shows({ total: 0, votes: { tabs: 0 } });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('a vote for a poll that has closed says so, and shows the result', async ({ vote, page }) => {
    await openPoll(drinks);
    await somebodyVotes('coffee');
    await visit(page, '/');
    await expect(vote.option('Tea')).toBeVisible();
    await closePoll();
    await vote.option('Tea').click();
    await expect(vote.status).toHaveText('Coffee won by 1 vote. Your vote came too late: it was not counted.');
    await expect(vote.outcome).toHaveText([/^Tea0%/, /^Coffee100%/]);
  });

  test('a vote for the question before does not count for the new one', async ({ vote, page }) => {
    const first = await openPoll({ question: 'This or that?', options: ['This', 'That'] });
    await visit(page, '/');
    await expect(vote.option('This')).toBeVisible();
    const second = await openPoll({ question: 'And now?', options: ['This', 'That'] });
    await vote.option('This').click();
    await expect(question(page)).toHaveText('And now?');
    await expect(vote.status).toHaveText(/^The question changed before/);
    await expect(vote.chosen).toHaveCount(0);
    for (const poll of [first, second]) expect((await resultsOf(poll)).total).toBe(0);
  });

  test('a closed poll whose numbers are hidden shows none', async ({ vote, page }) => {
    await openPoll({ ...drinks, hidden: true });
    await visit(page, '/');
    await vote.option('Tea').click();
    await vote.showsRecorded('Tea');
    await closePoll();
    await visit(page, '/');
    await expect(vote.outcome).toHaveText([/^Tea/, /^Coffee/]);
    await expect(page.getByRole('main')).not.toContainText('%');
    await expect(vote.status).toHaveText('The result will be shown here. Your vote was for Tea.');
  });
});
