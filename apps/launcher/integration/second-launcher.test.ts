import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { baseUrl, permanent, send, vote } from './stack.ts';

const run = promisify(execFile);
const NAME = `second-launcher-${process.pid}`;
afterAll(() => run('docker', ['rm', '--force', NAME]).catch(() => undefined));

const answersPages = () => expect.poll(async () => (await send(baseUrl, '/')).status, { timeout: 90_000 }).toBe(200);
/** Calls a function of Node's `fs` in the launcher's container. */
async function inLauncher(call: string): Promise<void> {
  const { id } = await permanent('launcher');
  await run('docker', ['exec', id, 'node', '--eval', `require('node:fs').${call}`]);
}

test('a second launcher with the same volumes says so and ends, and takes nothing from the first', {
  timeout: 240_000,
}, async () => {
  await answersPages();
  const { Id, Config, Image } = await (await permanent('launcher')).inspect();
  // What lies there of a replica, a launcher that starts would clear away.
  await inLauncher("writeFileSync('/run/ingress/trace', '')");
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
  await inLauncher("rmSync('/run/ingress/trace')");
  expect((await vote()).status).toBe(200);
  await answersPages();
});

test('web reaches the control API again when its socket was taken away', { timeout: 120_000 }, async () => {
  await inLauncher("rmSync('/run/control/control.sock')");
  const voteOnPage = () =>
    send(baseUrl, '/vote', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'choice=cats',
    });
  await expect.poll(async () => (await voteOnPage()).status, { timeout: 90_000 }).toBe(200);
});
