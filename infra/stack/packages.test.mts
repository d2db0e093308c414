import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

it('two commands at once in a checkout without packages install them once, and both find them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'packages-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // As slow as matters here: npm has begun, and has not ended.
  const npm = `#!/bin/sh
    case $1 in --version) echo 12; exit ;; esac
    echo "$1" >>installed; sleep 0.3; mkdir node_modules`;
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/npm'), npm);
  chmodSync(join(folder, 'bin/npm'), 0o755);
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  const install = `. ${import.meta.dirname}/../say.sh; . ${import.meta.dirname}/start.sh; install_packages`;
  const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}`, SAY_SCREEN: '', STEP_NOTE: '' };
  const run = () => promisify(execFile)('bash', ['-ec', install], { cwd: folder, env });
  const said = await Promise.all([run(), run()]);
  expect(said.map(({ stderr }) => stderr.trim().split('\n').at(-1)?.trim()).sort()).toEqual([
    'installed from the lock',
    'unchanged',
  ]);
  expect(readFileSync(join(folder, 'installed'), 'utf8')).toBe('ci\n');
});
