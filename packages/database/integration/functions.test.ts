import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { FakeRuntimeApi } from '@serverless-vote/runtime/fake-runtime-api';
import { Statement } from '@serverless-vote/runtime/postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { restoreFunctionRoles } from '../src/prepare.ts';
import { ATTACKS, attack } from './attacks.ts';
import { type Caller, DatabaseContainer, image } from './database-container.ts';
import { docker, runContainer } from './docker.ts';

let database: DatabaseContainer;
const SPOILED = randomUUID();

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
    poll: { id: 'cats-or-dogs', status: 'open', closesAt: null, hidden: false, votesSince: expect.any(String) },
    question: 'Cats or dogs?',
    options: [
      { id: 'cats', label: 'Cats', votes: 1 },
      { id: 'dogs', label: 'Dogs', votes: 0 },
    ],
    total: 1,
    updatedAt: expect.any(String),
    serverTime: expect.any(String),
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

describe('a container that was taken over and spoiled its role', () => {
  const address = (role: Caller) => ({ host: database.hostFor(role), connectTimeoutMs: 110_000 });
  const vote = () => ({ voterId: SPOILED, choice: 'cats' });
  const expectToWork = async () => {
    expect(await byHand('record-vote', JSON.stringify(vote()))).toMatchObject({ stderr: '', exitCode: 0 });
    const { stdout, ...ended } = await byHand('fetch-results', '');
    expect(ended).toEqual({ stderr: '', exitCode: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ total: 2, updatedAt: expect.stringMatching(/^\d{4}-.*T.*Z$/) });
  };
  afterAll(async () => {
    const owner = await database.connect('postgres');
    await owner.query('delete from votes where voter_id = $1', [SPOILED]);
  });

  test('by settings with which no session works does not keep its successors from recording', async () => {
    const session = await database.connect('record-vote');
    const outcomes = await attack(async () => session, ATTACKS['settings of its role']);
    // All roles at once are a superuser's.
    expect(outcomes).toEqual([1, 2, 3].flatMap(() => [undefined, undefined, undefined, '42501']));
    await expect(database.connect('record-vote')).rejects.toThrow('nowhere');
    await expectToWork();
  });

  test('has its role restored, with what it may do, while the launcher looks', async () => {
    expect((await restoreFunctionRoles(address('postgres'))).roles).toEqual(['record-vote']);
    expect((await restoreFunctionRoles(address('postgres'))).roles).toEqual([]);
    const session = await database.connect('record-vote');
    const { rows } = await session.query(
      "select current_setting('plan_cache_mode') as plan, current_setting('search_path') as path",
    );
    expect(rows).toEqual([{ plan: 'force_generic_plan', path: '"$user", public' }]);
  });

  test.each([
    ['least', "coalesce(min_val, enumvals[1], 'nowhere')"],
    ['smallest but one', "coalesce(case when max_val <> '0' then '1' end, enumvals[2], '')"],
    ['greatest', "coalesce(max_val, enumvals[array_length(enumvals, 1)], 'nowhere')"],
  ])(
    'by every setting that it may change, set to its %s value, changes nothing for its successors',
    async (_which, value) => {
      const owner = await database.connect('postgres');
      await owner.query(`do $spoil$ declare spoil text; begin
      for spoil in select format('alter role %I in database votes set %I = %L', role, name, case vartype when 'bool' then
          (not boot_val::boolean)::text else ${value} end) from pg_settings, unnest('{record-vote,fetch-results}'::text[]) as role where context = 'user'
      loop
        begin execute spoil; exception when others then null; end;
      end loop;
    end $spoil$`);
      await expectToWork();
      expect((await restoreFunctionRoles(address('postgres'))).roles.sort()).toEqual(['fetch-results', 'record-vote']);
    },
  );

  test('by another password has its own again, where callers are known by one', async () => {
    const passwords = { owner: '', of: (role: string) => `of ${role}` };
    await database.prepare({ passwords });
    expect((await restoreFunctionRoles({ ...address('postgres'), passwords })).roles).toEqual([]);
    const session = await database.connect('record-vote');
    await session.query(`alter role "record-vote" password 'mine'`);
    expect((await restoreFunctionRoles({ ...address('postgres'), passwords })).roles).toEqual(['record-vote']);
    expect((await restoreFunctionRoles({ ...address('postgres'), passwords })).roles).toEqual([]);
    await database.prepare();
  });
});

test('under load, events share statements, yet each has its own answer and its own error', async () => {
  await database.connect('record-vote');
  const launcher = new FakeRuntimeApi();
  await launcher.listen();
  const main = join(import.meta.dirname, '../../../functions/record-vote/src/main.ts');
  const running = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      AWS_LAMBDA_RUNTIME_API: launcher.address,
      FUNCTION_IN_FLIGHT: '16',
      PGHOST: database.hostFor('record-vote'),
      PGUSER: 'record-vote',
      PGDATABASE: 'votes',
    },
  });
  const owner = await database.connect('postgres');
  const countStatements = async () => {
    const { rows } = await owner.query(
      "select xact_commit::integer as n from pg_stat_database where datname = 'votes'",
    );
    return rows[0].n as number;
  };
  const before = await countStatements();
  const votes = Array.from({ length: 300 }, (_, n) => ({
    voterId: n % 50 === 7 ? 'nobody' : randomUUID(),
    choice: n % 50 === 9 ? 'dodos' : 'dogs',
  }));
  const given = await Promise.all(votes.map((vote) => launcher.give(JSON.stringify(vote))));
  const answers = await Promise.all(given.map(({ answer }) => answer));
  for (const [n, { body }] of answers.entries()) {
    if (n % 50 === 7) expect(body).toMatchObject({ errorType: 'InvalidEvent' });
    else if (n % 50 === 9) expect(body).toMatchObject({ errorType: 'UnknownOption' });
    else expect(body).toMatchObject(votes[n] ?? {});
  }
  await launcher.noMoreWork();
  expect(await once(running, 'exit')).toEqual([0, null]);
  launcher.close();
  const { rows } = await owner.query('select count(*)::integer as votes from votes where voter_id = any ($1)', [
    votes.map(({ voterId }) => voterId).filter((voterId) => voterId !== 'nobody'),
  ]);
  expect(rows).toEqual([{ votes: 288 }]);
  expect((await countStatements()) - before).toBeLessThan(votes.length);
  await owner.query('delete from votes where voter_id = any ($1)', [
    votes.map(({ voterId }) => voterId).filter((voterId) => voterId !== 'nobody'),
  ]);
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

  // It waits, and can't have ended before it is cut, for as long as the owner has the lock.
  await owner.query('select pg_advisory_lock(1)');
  const waiting = new Statement<{ had: boolean }>('lock', 'select pg_advisory_xact_lock(1) is not null as had');
  const had = waiting.run([]);
  await expect
    .poll(async () => {
      const cut =
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%xact_lock%' and state = 'active'";
      return (await owner.query(`${cut} and pid <> pg_backend_pid()`)).rowCount;
    })
    .toBe(1);
  await owner.query('select pg_advisory_unlock(1)');
  expect(await had).toEqual([{ had: true }]);
  await Promise.all([statement.close(), waiting.close()]);
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

test('by hand, the presenter’s functions open, list and edit polls', async () => {
  const did = async (name: Caller, event: object) => {
    const { stdout, stderr, exitCode } = await byHand(name, JSON.stringify(event));
    return exitCode === 0 ? JSON.parse(stdout) : stderr;
  };
  const options = ['Yes', 'No'];
  expect(await did('edit-polls', { add: [{ question: 'Now?', options }] })).toMatchObject({
    polls: [{ id: 'cats-or-dogs' }, { id: 'now', status: 'draft' }],
  });
  expect(await did('open-poll', { question: 'Later?', options, hidden: true })).toEqual({
    poll: {
      ...{ id: 'later', question: 'Later?', status: 'open', closesAt: null, hidden: true },
      options: options.map((label) => ({ id: label.toLowerCase(), label })),
    },
  });
  // It closes the poll, and then it would call fetch-results.
  expect(await did('close-poll', {})).toContain('can invoke no others');
  expect(await did('edit-polls', { startOver: 'cats-or-dogs' })).toMatchObject({
    polls: [{ status: 'open', total: 0 }, {}, {}],
  });
  expect(await did('open-poll', { poll: 'later' })).toMatch(/^NotADraft: /);
  expect(await did('list-polls', {})).toMatchObject({ polls: [{}, { id: 'now' }, { id: 'later', status: 'closed' }] });
  await byHand('record-vote', JSON.stringify({ voterId: randomUUID(), choice: 'cats', poll: 'cats-or-dogs' }));
  expect(await did('record-vote', { voterId: randomUUID(), choice: 'yes', poll: 'later' })).toMatch(/^PollClosed: /);
});
