import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { permanent, vote } from './stack.ts';

const run = promisify(execFile);
const NAME = `second-launcher-${process.pid}`;
afterAll(() => run('docker', ['rm', '--force', NAME]).catch(() => undefined));

/** Runs a line of JavaScript in the launcher's container. */
async function inLauncher(script: string): Promise<string> {
  const { id } = await permanent('launcher');
  return (await run('docker', ['exec', id, 'node', '--eval', script])).stdout.trim();
}

/** Does a program answer at web's socket to the control API? */
const atWebsSocket = () =>
  inLauncher(`require('node:http')
    .get({ socketPath: '/run/control/control.sock', path: '/healthz' }, (answer) => console.log(answer.statusCode))
    .on('error', ({ code }) => console.log(code)).on('response', () => setTimeout(process.exit, 100))`);

test('a second launcher with the same volumes says so and ends, and takes nothing from the first', async () => {
  const { Id, Config, Image } = await (await permanent('launcher')).inspect();
  // A launcher that starts would remove a replica's files from there.
  await inLauncher("fs.writeFileSync('/run/ingress/trace', '')");
  const settings = Config.Env.flatMap((setting) => ['--env', setting]);
  const words = ['run', '--rm', '--name', NAME, '--network', 'none', '--volumes-from', Id, ...settings, Image];
  await expect(run('docker', words)).rejects.toMatchObject({
    stderr: expect.stringContaining('Another launcher of this stack is running'),
  });
  expect(await inLauncher("fs.rmSync('/run/ingress/trace'); console.log('still there')")).toBe('still there');
  expect(await atWebsSocket()).toBe('200');
  expect((await vote()).status).toBe(200);
});

test('web reaches the control API again after its socket was removed', async () => {
  await inLauncher("fs.rmSync('/run/control/control.sock')");
  await expect.poll(atWebsSocket).toBe('200');
});
