import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('npx fn prints what fn prints, and none of npm’s notices (npm 12 prints one for each command that it runs)', async () => {
  const cwd = join(import.meta.dirname, '../../..');
  // If fn isn't installed, npx has to fail: it would otherwise look for a package of that name, and ask.
  const env = { ...process.env, npm_config_yes: 'false' };
  const npx = promisify(execFile)('npx', ['fn', '--help'], { cwd, env });
  npx.child.stdin?.end();
  const { stdout, stderr } = await npx;
  expect(stdout).toMatch(/^fn: /);
  expect(stderr).not.toContain('npm notice');
});
