import { randomUUID } from 'node:crypto';
import { Statement } from '@serverless-vote/runtime/postgres';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Caller, DatabaseContainer, image } from './database-container.ts';
import { docker, runContainer } from './docker.ts';

let database: DatabaseContainer;

beforeAll(async () => {
  database = await DatabaseContainer.start();
  await database.prepare();
});
afterAll(() => database?.stop());

/** `echo '<event>' | docker run -i <image>`, isolated like a sandbox. */
function byHand(name: Caller, event: string) {
  return runContainer(
    event,
    ...['--network', `container:${database.id}`, '--read-only', '--cap-drop', 'ALL'],
    ...['--volume', `${database.socketVolume}:/var/run/postgresql:ro`, image(name)],
  );
}

test('by hand, record-vote prints its receipt, and fetch-results counts the vote', async () => {
  const vote = { voterId: randomUUID(), choice: 'cats' };
  const { stdout, stderr, exitCode } = await byHand('record-vote', JSON.stringify(vote));
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(JSON.parse(stdout)).toEqual({ ...vote, recordedAt: expect.stringMatching(/^\d{4}-.*T.*\.\d{3}Z$/) });

  const results = await byHand('fetch-results', '');
  expect(JSON.parse(results.stdout)).toEqual({
    question: 'Cats or dogs?',
    options: [
      { id: 'cats', label: 'Cats', votes: 1 },
      { id: 'dogs', label: 'Dogs', votes: 0 },
    ],
    total: 1,
    updatedAt: expect.any(String),
  });
});

test.each([
  ['{"voterId":"me","choice":"cats"}', 'InvalidEvent: voterId is "me"'],
  ['', 'InvalidEvent: voterId is missing'],
  ['cats', "InvalidEvent: The event isn't JSON"],
  [`{"voterId":"${randomUUID()}","choice":"dodos"}`, 'UnknownOption: "dodos"'],
])('by hand, a bad event prints what is wrong and fails: %s', async (event, message) => {
  const { stdout, stderr, exitCode } = await byHand('record-vote', event);
  expect(stderr).toContain(message);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
});

test('a connection that Postgres has cut is made anew, without an error', async () => {
  vi.stubEnv('PGHOST', database.hostFor('postgres'));
  vi.stubEnv('PGUSER', 'postgres');
  vi.stubEnv('PGDATABASE', 'votes');
  const statement = new Statement<{ pid: number }>('pid', 'select pg_backend_pid() as pid');
  const [before] = await statement.run([]);
  const owner = await database.connect('postgres');
  await owner.query('select pg_terminate_backend($1)', [before?.pid]);
  const [after] = await statement.run([]);
  expect(after?.pid).not.toBe(before?.pid);

  const sleeping = new Statement<{ slept: boolean }>('sleep', 'select pg_sleep(0.5) is not null as slept');
  const slept = sleeping.run([]);
  await expect
    .poll(async () => {
      const cut =
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and state = 'active'";
      return (await owner.query(`${cut} and pid <> pg_backend_pid()`)).rowCount;
    })
    .toBe(1);
  expect(await slept).toEqual([{ slept: true }]);
  await Promise.all([statement.close(), sleeping.close()]);
});

test('a vote that was answered survives a kill of the database', async () => {
  const vote = { voterId: randomUUID(), choice: 'dogs' };
  expect((await byHand('record-vote', JSON.stringify(vote))).exitCode).toBe(0);
  await docker('kill', database.id);
  await docker('start', database.id);
  await database.prepare();
  const results = await byHand('fetch-results', '');
  expect(JSON.parse(results.stdout)).toMatchObject({ options: [{ votes: 1 }, { votes: 1 }], total: 2 });
});
