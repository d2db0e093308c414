import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const settings = join(import.meta.dirname, '../settings.sh');

/** What a script finds in POLLS once the settings have been checked. */
function read(POLLS: string) {
  const script = `set -euo pipefail; . ${settings}; check_settings; printf %s "$POLLS"`;
  const env = { ...process.env, SAY_SCREEN: '', STEP_NAME: '', WITHOUT_ENV_FILE: '1', STACK: 'mine', POLLS };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('POLLS is a file whose text goes to the launcher, through scripts that call each other; a name of no file is refused', () => {
  const folder = mkdtempSync(`${tmpdir()}/polls-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'two polls.txt');
  const text = 'Tea or coffee?\nTea\nCoffee\n\nNow?\nYes\nNo';
  writeFileSync(file, `${text}\n`);
  expect(read(file)).toEqual({ status: 0, stdout: text, stderr: '' });
  expect(read(text)).toEqual({ status: 0, stdout: text, stderr: '' });
  expect(read('')).toEqual({ status: 0, stdout: '', stderr: '' });
  const missing = read(join(folder, 'missing.txt'));
  expect(missing.status).not.toBe(0);
  expect(missing.stderr).toContain('missing.txt is not a file.');
});
