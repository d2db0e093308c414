import type { Page } from '@playwright/test';
import { findings } from '../axe.ts';
import { stopClock } from '../clock.ts';
import { collisions, indent, layoutShift, overflow, resize } from '../layout.ts';
import { ResultsPage, VotePage, visit } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { closingIn, tally } from '../told-news.ts';
import { isTold, tell, tellStreams } from '../told-streams.ts';

/*
 * What vote and results pages make of the stream's messages, which the test tells: the same on every machine, however busy it is.
 */
test.use({ reducedMotion: 'reduce' } as object);

const PETS = ['Cats', 'Dogs'];
const closed = { status: 'closed' } as const;
const message = (...told: Parameters<typeof tally>) => ['message', tally(...told)] as const;

async function open(page: Page, path: '/' | '/results', ...first: Parameters<typeof tally>): Promise<VotePage> {
  await tellStreams(page, { '/streams/results': [message(...first)] });
  await visit(page, path);
  await isTold(page);
  return new VotePage(page);
}

test('phones: open, its last seconds, time is up, and the winner', async ({ page }) => {
  await page.clock.install();
  const vote = await open(page, '/', [3, 2], {}, PETS);
  await expect(vote.option('Cats')).toBeEnabled();
  await expect(vote.countdown).toHaveCount(0);
  await stopClock(page);
  const place = await vote.option('Dogs').boundingBox();
  await tell(page, message([3, 2], { closesAt: await inSeconds(page, 30) }, PETS));
  await expect(vote.countdown).toHaveText('0:30');
  await page.clock.runFor(21_000);
  await expect(vote.countdown).toHaveText('0:09');
  await expect(vote.countdown).toHaveAttribute('data-ending');
  await page.clock.runFor(8_900);
  await expect(vote.countdown).toHaveText('0:01');
  await expect(vote.option('Cats')).toBeEnabled();
  await page.clock.runFor(200);
  await expect(vote.countdown).toHaveCount(0);
  await expect(vote.options).toHaveCount(0);
  await expect(vote.status).toHaveText('Counting the last votes …');
  await tell(page, message([3, 2], closed, PETS));
  await expect(vote.outcome).toHaveText([/^Cats60%/, /^Dogs40%/]);
  await expect(vote.status).toHaveText('Cats won by 1 vote.');
  expect(await vote.outcome.nth(1).boundingBox()).toEqual(place);
});

for (const width of [390, 1280]) {
  for (const path of ['/', '/results'] as const) {
    test(`from open to the winner nothing jumps on ${path}, ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      await open(page, path, [3, 2], {}, PETS);
      await expect(page.getByRole('main')).toContainText('Cats');
      await tell(page, message([3, 2], closingIn(3_600), PETS));
      await expect(page.getByTestId('countdown')).toBeVisible();
      await tell(page, message([3, 2], closed, PETS));
      await expect(page.getByRole('main')).toContainText('Cats won by 1 vote');
      expect(await layoutShift(page)).toBeLessThan(0.01);
    });
  }
}

test('screens: the last seconds, time is up, the winner, and a tie is a tie', async ({ page }) => {
  await page.clock.install();
  await open(page, '/results', [3, 2], {}, PETS);
  const { words } = new ResultsPage(page);
  await expect(words).toHaveText('Cats ahead by 1 vote');
  await stopClock(page);
  await tell(page, message([3, 2], { closesAt: await inSeconds(page, 12) }, PETS));
  await expect(page.getByTestId('countdown')).toHaveText('0:12');
  await page.clock.runFor(2_000);
  await expect(page.getByTestId('countdown')).toHaveAttribute('data-ending');
  await page.clock.runFor(10_100);
  await expect(words).toHaveText('Time is up. Counting the last votes …');
  await tell(page, message([3, 2], closed, PETS));
  await expect(words).toHaveText('Cats won by 1 vote');
  await expect(page.locator('[data-leads="true"]')).toHaveCount(1);
  await expect(page.getByTestId('live')).toHaveText(/^Closed/);
  await tell(page, message([3, 3], closed, PETS));
  await expect(words).toHaveText('A tie: Cats and Dogs at 3 votes');
  await expect(page.locator('[data-leads="true"]')).toHaveCount(2);
});

for (const path of ['/', '/results'] as const) {
  test(`axe finds nothing at any stage of ${path}`, async ({ page }) => {
    await open(page, path, [3, 2], closingIn(3_600), PETS);
    await expect(page.getByTestId('countdown')).toHaveText(/^(60:00|59:\d\d)$/);
    expect(await findings(page)).toEqual([]);
    await tell(page, message([3, 2], closingIn(0), PETS));
    await expect(page.getByText(/^Time is up/).first()).toBeVisible();
    expect(await findings(page)).toEqual([]);
    for (const votes of [
      [null, null],
      [3, 2],
      [3, 3],
      [0, 0],
    ]) {
      await tell(page, message(votes, closed, PETS));
      await expect(page.getByText(/closed|shown here|won by|A tie|without a vote/i).first()).toBeVisible();
      await expect(page.locator('[data-votes]')).toHaveCount(votes[0] === null ? 0 : 2);
      expect(await findings(page), String(votes)).toEqual([]);
    }
  });
}

test('hidden numbers are on no page until the reveal, and then on both', async ({ page, newcomer }) => {
  const phone = await newcomer();
  const vote = await open(phone, '/', [null, null], closed, PETS);
  await open(page, '/results', [null, null], closed, PETS);
  const { words } = new ResultsPage(page);
  await expect(words).toHaveText('Voting is closed. The numbers will be revealed soon');
  await expect(vote.status).toHaveText('The result will be shown here.');
  for (const one of [page, phone]) {
    await expect(one.getByRole('main')).not.toContainText('%');
    await expect(one.locator('[data-votes]')).toHaveCount(0);
    await tell(one, message([1, 3], closed, PETS));
    await expect(one.locator('[data-option="1"]')).toHaveAttribute('data-votes', '3');
  }
  await expect(words).toHaveText('Dogs won by 2 votes');
  await expect(vote.status).toHaveText('Dogs won by 2 votes.');
});

test('a new question takes the place of the old one, and a tap that was meant for that one does nothing', async ({
  page,
}) => {
  const vote = await open(page, '/', [0, 0], {}, PETS);
  await page.clock.install();
  let posts = 0;
  await page.route('**/vote', (route) => {
    posts += 1;
    return route.fulfill({ status: 409, json: { error: { type: 'PollClosed', message: '' } } });
  });
  await stopClock(page);
  await tell(page, ['message', { ...tally([0, 0], { id: 'drinks' }, ['Tea', 'Coffee']), question: 'Tea or coffee?' }]);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tea or coffee?');
  await vote.option('Tea').click({ force: true });
  await page.keyboard.press('Enter');
  await expect(vote.status).toHaveText('One tap votes. You may change your mind.');
  await page.clock.runFor(700);
  expect(posts).toBe(0);
  await vote.option('Tea').click();
  await expect(vote.status).toHaveText('Your vote came too late: it was not counted.');
  await expect(vote.chosen).toHaveCount(0);
  expect(posts).toBe(1);
});

test('screen readers hear the question, ten seconds and the winner, not each second', async ({ page }) => {
  await page.clock.install();
  const vote = await open(page, '/', [3, 2], {}, PETS);
  const spoken = page.getByRole('main').locator('[role=status].sr-only');
  await expect(page.getByRole('button', { name: 'Cats' })).toBeVisible();
  await stopClock(page);
  await spoken.evaluate((region) => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    new MutationObserver(() => heard.push(region.textContent ?? '')).observe(region, {
      ...{ childList: true, characterData: true, subtree: true },
    });
  });
  const poll = { id: 'drinks', closesAt: await inSeconds(page, 30) };
  await tell(page, ['message', { ...tally([0, 0], poll, ['Tea', 'Coffee']), question: 'Tea or coffee?' }]);
  for (let second = 0; second < 31; second += 1) {
    await page.clock.runFor(1_000);
    await tell(page, ['message', { ...tally([second, 1], poll, ['Tea', 'Coffee']), question: 'Tea or coffee?' }]);
  }
  await tell(page, ['message', tally([7, 1], { ...poll, ...closed }, ['Tea', 'Coffee'])]);
  await page.clock.runFor(1_000);
  expect(await page.evaluate(() => (window as unknown as { heard: string[] }).heard)).toEqual([
    'The question: Tea or coffee?',
    'Ten seconds left.',
  ]);
  // A status, too, which changed only when there was something to say.
  await expect(vote.status).toHaveText('Tea won by 6 votes.');
});

const LANGUAGES = {
  German: {
    question: 'Welche Datenschutz-Grundverordnungsausführungsbestimmung würden Sie als Erste abschaffen?',
    labels: [
      ...[
        'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen',
        'Ja',
        'Rechtsschutzversicherungsgesellschaften',
      ],
      ...['Keine von allen, es ist alles gut so, wie es ist', 'Kraftfahrzeug-Haftpflichtversicherung', 'Nein'],
      ...['Vielleicht', 'Rindfleischetikettierungsüberwachungsaufgabenübertragung'],
    ],
  },
  Arabic: {
    question: 'ما هي لغة البرمجة التي تفضل استخدامها في مشروعك القادم؟',
    labels: [
      ...['بايثون', 'جافا سكريبت مع جميع المكتبات التي تأتي معها', 'سي', 'روست (Rust)'],
      ...['لا أعرف بعد', 'جافا', 'أي لغة يختارها الفريق في الاجتماع القادم', 'كوتلن'],
    ],
  },
  Chinese: {
    question: '如果您在余下的职业生涯中必须放弃以下其中一项,而且没有人知道原因,您会选择放弃哪一项呢?',
    labels: [
      ...['分号', '办公室里的咖啡机和它所带来的一切谈话与休息时间', '上午十点之前的会议', '制表符'],
      ...['空格', '容器编排系统', '电子邮件', '所有其他的编程语言以及它们的软件包管理器和构建工具'],
    ],
  },
};

for (const [language, { question, labels }] of Object.entries(LANGUAGES)) {
  test(`eight options in ${language} fit phones and screens, open and closed`, async ({ page }) => {
    const votes = [812, 1, 392, 40, 7, 0, 100, 12_345];
    const told = (poll = {}) => ['message', { ...tally(votes, poll, labels), question }] as const;
    await tellStreams(page, { '/streams/results': [told()] });
    for (const path of ['/', '/results']) {
      await visit(page, path);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(question);
      for (const isClosed of [false, true]) {
        for (const [width, height] of [
          [360, 780],
          [390, 844],
          [1280, 720],
          [1920, 1080],
        ] as const) {
          await resize(page, width, height);
          await tell(page, told(isClosed ? closed : closingIn(9)));
          await expect(page.getByText(labels.at(-1) ?? '', { exact: true })).toBeVisible();
          if (isClosed) await expect(page.locator('[data-votes="12345"]')).toBeVisible();
          const where = `${path} at ${width} × ${height}, ${isClosed ? 'closed' : 'open'}`;
          expect(await overflow(page), where).toBe(0);
          // The page's own words begin on the left, so a name from right to left would be far from its bar.
          expect(await indent(page, 'h1, .result-name'), where).toBeLessThan(2);
          // Before that the voter's own line lies on what is still to be scrolled.
          await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
          expect(await collisions(page), where).toEqual([]);
          if (path === '/results' && isClosed && width >= 1280)
            expect(await page.evaluate(() => document.documentElement.scrollHeight), where).toBe(height);
        }
      }
    }
  });
}

/** A moment in the page's own time. */
const inSeconds = (page: Page, seconds: number) =>
  page.evaluate((ms) => new Date(Date.now() + ms).toISOString(), seconds * 1_000);
