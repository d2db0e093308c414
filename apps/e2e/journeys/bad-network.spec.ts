import { badNetwork } from '../bad-network.ts';
import { VotePage } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { closePoll, openNext, openPoll, resultsOf } from '../polls.ts';

const PHONES = Number(process.env.PHONES ?? 3);

test.afterEach(openNext);

test('on a slow and lossy network every phone follows the poll, and each vote counts once', async ({ newcomer }) => {
  const network = await badNetwork();
  const phones = await Promise.all(
    Array.from({ length: PHONES }, async () => {
      const phone = new VotePage(await newcomer());
      // Its person reloads a page of which a part is missing.
      await expect(async () => {
        await phone.page.goto(network.url);
        await phone.comesAlive(10_000);
      }).toPass();
      return phone;
    }),
  );
  for (const question of ['Tea or coffee?', 'Coffee or tea?']) {
    const poll = await openPoll({ question, options: ['Tea', 'Coffee'] });
    await Promise.all(
      phones.map(async (phone, index) => {
        const choice = index % 2 ? 'Tea' : 'Coffee';
        await expect(phone.page.getByRole('heading', { level: 1 })).toHaveText(question);
        // A vote that could not be confirmed says so, and its person taps again.
        await expect(async () => {
          await phone.option(choice).click();
          await expect(phone.status).toHaveText(/is recorded\.$/, { timeout: 30_000 });
        }).toPass();
      }),
    );
    const { total } = await closePoll();
    for (const { status } of phones) await expect(status).toContainText(PHONES % 2 ? 'Coffee won by 1 vote' : 'A tie');
    expect([total, (await resultsOf(poll)).total]).toEqual([PHONES, PHONES]);
  }
  expect(network.broken()).toBeGreaterThan(0);
  network.close();
});
