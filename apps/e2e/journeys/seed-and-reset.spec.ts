import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../free-port.ts';
import { ResultsPage } from '../pages.ts';
import { expect, test } from '../poll.ts';
import { somebodyVotes, stack, results as tally } from '../stack.ts';

/** Runs a make target's script on the tested stack, with its own output instead of that of the tests' step. */
const run = (script: string, more: Record<string, string>) =>
  promisify(execFile)(join(import.meta.dirname, '../../../infra/stack', script), {
    env: {
      ...process.env,
      ...{ SAY_SCREEN: '', STEP_NAME: '', STEP_NOTE: '' },
      ...{ STACK: stack.name, WITHOUT_ENV_FILE: '1' },
      ...{ PORT: new URL(stack.url).port, CONTROL_PORT: new URL(stack.controlUrl).port },
      ...more,
    },
  });

test('make seed casts votes of as many new voters, which open results show', async ({ poll, page }) => {
  const results = await new ResultsPage(page).open();
  const { stdout, stderr } = await run('seed.sh', { N: '150' });
  expect(stderr).toContain('100 %  150 of 150 votes');
  expect(stdout).toMatch(/^150 votes in [\d.]+ s: \d+ a second/);
  const { total } = await tally();
  expect(total).toBe(poll.before.total + 150);
  await expect(results.total).toHaveText(String(total));
});

test('make seed says what is wrong', async () => {
  await expect(run('seed.sh', { N: 'many' })).rejects.toThrow(/N=many is not a number of votes/);
  await expect(run('seed.sh', { N: '1', PORT: `${await freePort()}` })).rejects.toThrow(/There is no vote page at/);
});

test('make reset asks first, and then open results show zero, from where votes are counted again', async ({
  poll,
  page,
  vote,
  newcomer,
}) => {
  const voter = vote.on(await newcomer());
  await voter.open();
  await voter.vote(poll.first.label);
  const results = await new ResultsPage(page).open();
  await expect(run('reset.sh', { YES: '' })).rejects.toThrow(/There is no terminal to confirm this at/);
  expect((await tally()).total).toBeGreaterThan(0);
  await run('reset.sh', { YES: '1' });
  await expect(results.total).toHaveText('0');
  await expect(page.getByText('No votes yet', { exact: true })).toBeVisible();

  // A phone that voted before is treated as if it had not.
  await voter.open();
  await expect(voter.chosen).toHaveCount(0);
  await expect(voter.status).toHaveText(/^One tap votes/);
  await somebodyVotes(poll.first.id);
  await results.shows({ total: 1, votes: { [poll.first.id]: 1, [poll.second.id]: 0 } });
});
