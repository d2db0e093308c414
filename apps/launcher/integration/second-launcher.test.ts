import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { baseUrl, containers, permanent, send, vote } from './stack.ts';

const run = promisify(execFile);
const NAME = `second-launcher-${process.pid}`;
afterAll(() => run('docker', ['rm', '--force', NAME]).catch(() => undefined));

const answersPages = () => expect.poll(async () => (await send(baseUrl, '/')).status, { timeout: 90_000 }).toBe(200);
const ids = async (name: string) => (await containers(name)).map(({ Id }) => Id);

test('a second launcher with the same volumes says so and ends, and takes nothing from the first', {
  timeout: 240_000,
}, async () => {
  await answersPages();
  const before = await ids('web');
  expect(before.length).toBeGreaterThan(0);
  const { Id, Config, Image } = await (await permanent('launcher')).inspect();
  const settings = Config.Env.flatMap((setting) => ['--env', setting]);
  const second = run('docker', [
    'run',
    '--rm',
    '--name',
    NAME,
    '--network',
    'none',
    '--volumes-from',
    Id,
    ...settings,
    Image,
  ]);
  await expect(second).rejects.toMatchObject({
    stderr: expect.stringContaining('Another launcher of this stack is running'),
  });
  expect((await ids('web')).filter((id) => before.includes(id))).not.toEqual([]);
  expect((await vote()).status).toBe(200);
  await answersPages();
});

test('web reaches the control API again when its socket was taken away', { timeout: 120_000 }, async () => {
  const launcher = await permanent('launcher');
  await run('docker', ['exec', launcher.id, 'node', '--eval', `require('fs').rmSync('/run/control/control.sock')`]);
  const voteOnPage = () =>
    send(baseUrl, '/vote', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'choice=cats',
    });
  await expect.poll(async () => (await voteOnPage()).status, { timeout: 90_000 }).toBe(200);
});
