import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('npx fn prints what fn prints, and no notice of npm’s (npm 12 has one for each command that it runs)', async () => {
  const cwd = join(import.meta.dirname, '../../..');
  const { stdout, stderr } = await promisify(execFile)('npx', ['fn', '--help'], { cwd });
  expect(stdout).toMatch(/^fn: /);
  expect(stderr).not.toContain('npm notice');
});
