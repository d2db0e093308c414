import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { freePort } from '@serverless-vote/e2e/free-port';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SecondStack, startSecondStack } from './second-stack.ts';
import { ownerSession } from './sql.ts';
import { type Answer, send } from './stack.ts';

/** A stack whose whole database, WAL included, is on a volume of 112 MB. */
const STACK = `${process.env.STACK ?? 'serverless-vote-test'}-full`;
const COMPOSE_FILE = 'docker-compose.yml:apps/launcher/integration/small-volume.compose.yml';
const FORM = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
let stack: SecondStack;
let control: string;

beforeAll(async () => {
  const port = String(await freePort());
  control = `http://127.0.0.1:${port}`;
  stack = await startSecondStack({ STACK, COMPOSE_FILE, CONTROL_PORT: port, LIVE: '0' });
});
afterAll(() => stack?.stop());

const docker = async (...args: string[]) => (await promisify(execFile)('docker', args)).stdout.trim();
const byLabel = (...labels: string[]) =>
  docker('ps', '--all', '--quiet', ...labels.flatMap((label) => ['--filter', `label=org.serverless-vote.${label}`]));
const health = () => send(control, '/healthz').then(({ json }) => json());
const vote = (voterId: string) =>
  send(control, '/2015-03-31/functions/record-vote/invocations', {
    method: 'POST',
    body: JSON.stringify({ voterId, choice: 'cats' }),
  });
const page = async () => (await send(stack.url, '/', { headers: { accept: '*/*' } })).text;
const voteOnPage = () => send(stack.url, '/vote', { method: 'POST', headers: FORM, body: 'choice=cats' });
const isAcknowledged = ({ status, headers }: Answer) => status === 200 && headers['x-amz-function-error'] === undefined;

/** Casts this many votes of new voters. @returns the voters whose votes were acknowledged, and the answers to the others */
async function castVotes(count: number): Promise<{ recorded: string[]; refused: Answer[] }> {
  const votes = Array.from({ length: count }, async () => {
    const voter = randomUUID();
    return { voter, answer: await vote(voter) };
  });
  const all = await Promise.all(votes);
  return {
    recorded: all.filter(({ answer }) => isAcknowledged(answer)).map(({ voter }) => voter),
    refused: all.filter(({ answer }) => !isAcknowledged(answer)).map(({ answer }) => answer),
  };
}

/** Fills the WAL until Postgres has no space for its next segment, and exits. */
async function writeUntilItEnds(database: string): Promise<void> {
  const { client, end } = await ownerSession(database);
  const write = () => client.query("select pg_logical_emit_message(true, '', repeat('x', 65536))");
  await expect(
    (async () => {
      for (let piece = 0; piece < 1_000; piece += 1) await write();
    })(),
  ).rejects.toThrow();
  await end();
}

test('a volume that is full to the last byte, Postgres’ log included, costs no vote that was acknowledged, and all comes back by itself', async () => {
  const [database, keeper] = [
    await byLabel(`launcher=${STACK}`, 'name=database'),
    await byLabel(`test=keeper.${STACK}`),
  ];
  const before = await castVotes(60);
  expect(before.refused).toEqual([]);

  const meanwhile = castVotes(100);
  await docker('exec', keeper, 'dd', 'if=/dev/zero', 'of=/var/lib/postgresql/ballast', 'bs=4k').catch(() => undefined);
  // Some pages still have room, but not for this many.
  const tooMany = castVotes(500);
  await expect.poll(health).toEqual({ status: 'paused', reason: "the database's disk is full" });
  await expect.poll(page).toContain('Voting is paused');
  await writeUntilItEnds(database);
  // Those still wait for a container, and the next ones would wait behind them.
  const earlier = [await meanwhile, await tooMany];
  const full = await castVotes(20);
  expect(full.recorded).toEqual([]);
  for (const { status, text } of full.refused) {
    expect(status).toBe(503);
    expect(text).toMatch(/ the database('s disk is full| is away)/);
  }
  // A vote that reaches its deadline while Postgres exits gets an error.
  await expect.poll(voteOnPage).toMatchObject({ status: 503, text: expect.stringContaining('"VotingPaused"') });
  await expect.poll(health).toEqual({ status: 'paused', reason: 'the database is away' });
  await expect.poll(page).toContain('Voting is paused');
  // The engine counts a restart when it tries one, which is a moment after the exit.
  await expect.poll(() => docker('inspect', '--format', '{{.RestartCount}}', database)).not.toBe('0');

  await docker('exec', keeper, 'rm', '/var/lib/postgresql/ballast');
  await expect.poll(health, { interval: 200 }).toEqual({ status: 'ok' });
  const after = await castVotes(20);
  expect(after.refused).toEqual([]);
  const told = [before, ...earlier, after].flatMap(({ recorded }) => recorded);
  const { client, end } = await ownerSession(database);
  const { rows } = await client.query('select voter_id from votes where voter_id = any($1)', [told]);
  const { rows: counts } = await client.query(
    'select (select count(*) from votes) as votes, (select sum(votes) from tally) as counted',
  );
  await end();
  expect(rows).toHaveLength(told.length);
  expect(counts[0]?.counted).toBe(counts[0]?.votes);
});
