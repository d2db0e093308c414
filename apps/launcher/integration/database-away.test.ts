import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { numbers } from './numbers.ts';
import { ownerSession } from './sql.ts';
import { baseUrl, controlUrl, invokeRaw, isRecorded, permanent, send, total, vote } from './stack.ts';

const run = promisify(execFile);
const health = () => send(controlUrl, '/healthz');
const voteOnPage = () =>
  send(baseUrl, '/vote', {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'choice=cats',
  });
const page = async () => (await send(baseUrl, '/', { headers: { accept: '*/*' } })).text;
const becomes = (status: number) => expect.poll(async () => (await health()).status, { interval: 200 }).toBe(status);

describe('while the database is away', () => {
  test('health, metrics, the vote page and voters say so, and a voter stays the same; nothing is accepted, and everything continues when it is back', async () => {
    const database = await permanent('database');
    expect((await health()).json()).toEqual({ status: 'ok' });
    expect((await numbers())('database_up')).toBe(1);
    const before = await total();
    await database.stop({ t: 5 });
    try {
      await becomes(503);
      expect((await health()).json()).toEqual({ status: 'paused', reason: 'the database is away' });
      // On a busy machine web may not learn in time that the database is down, and then doesn't say so.
      await expect.poll(page).toContain('Voting is paused');
      await expect.poll(async () => (await send(baseUrl, '/voting')).json()).toEqual({ isPaused: true });
      expect((await numbers())('database_up')).toBe(0);
      expect((await send(controlUrl, '/dead-letters')).status).toBe(503);
      const event = JSON.stringify({ voterId: randomUUID(), choice: 'cats' });
      const [byPage, byControl, asynchronous] = await Promise.all([
        voteOnPage(),
        vote(),
        invokeRaw('record-vote', event, { 'x-amz-invocation-type': 'Event' }),
      ]);
      expect(asynchronous).toMatchObject({
        status: 503,
        headers: { 'x-amzn-errortype': 'ServiceException', 'retry-after': '2' },
      });
      expect(byPage).toMatchObject({ status: 503 });
      expect(byPage.json()).toMatchObject({ error: { type: 'VotingPaused' } });
      expect(byPage.headers['set-cookie']).toMatch(/^voter-/);
      expect(byControl).toMatchObject({ status: 503, headers: { 'x-amzn-errortype': 'ServiceException' } });
      expect(byControl.text).toContain('the database is away');
    } finally {
      await database.start();
    }
    await becomes(200);
    expect(await page()).not.toContain('Voting is paused');
    expect((await send(baseUrl, '/voting')).json()).toEqual({ isPaused: false });
    await expect.poll(async () => (await numbers())('database_up')).toBe(1);
    expect((await vote()).status).toBe(200);
    expect(await total()).toBe(before + 1);
  });
});

describe('when the database’s disk is full', () => {
  test('votes are answered with a clear 503, none that was acknowledged is lost, and it goes on when there is space', async () => {
    const database = await permanent('database');
    const inDatabase = (...command: string[]) => run('docker', ['exec', database.id, ...command]);
    const { client, end } = await ownerSession();
    // A small disk for the votes: the database's /tmp, a tmpfs of 16 MB, filled to the last byte.
    await inDatabase('mkdir', '-p', '/tmp/small');
    await client.query(`create tablespace small location '/tmp/small'`);
    try {
      await client.query('alter table votes set tablespace small');
      const before = await total();
      await inDatabase('dd', 'if=/dev/zero', 'of=/tmp/fill', 'bs=4k').catch(() => undefined);
      const voters = Array.from({ length: 150 }, () => randomUUID());
      const answers = await Promise.all(voters.map((voter) => vote('cats', voter)));
      const refused = answers.filter(({ status }) => status === 503);
      expect(refused.some(({ text }) => text.includes("the database's disk is full"))).toBe(true);
      // On a busy machine a container may miss its event's deadline; then the vote isn't recorded either.
      const others = answers.filter((answer) => !isRecorded(answer) && answer.status !== 503);
      for (const { text } of others) expect(text).toMatch(/"errorType":"(Runtime\.InitTimeout|Sandbox\.Timedout)"/);
      for (const { text } of refused) expect(text).toMatch(/the database('s disk is full| is away)/);
      await inDatabase('rm', '/tmp/fill');
      expect(isRecorded(await vote())).toBe(true);
      expect(await total()).toBe(before + answers.filter(isRecorded).length + 1);
    } finally {
      await inDatabase('rm', '-f', '/tmp/fill');
      await client.query('alter table votes set tablespace pg_default');
      await client.query('drop tablespace small');
      await end();
    }
  });
});
