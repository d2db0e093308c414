import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';

const start = `${import.meta.dirname}/../stack/start.sh`;
const monthAgo = Date.now() / 1000 - 32 * 24 * 60 * 60;

/** The folder of a clone, and what `make run` does to its secrets. */
function clone() {
  const folder = mkdtempSync(`${tmpdir()}/secrets-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => `${folder}/.secrets/${name}`;
  return {
    run: () => execFileSync('bash', ['-euo', 'pipefail', '-c', `. ${start}; make_secret`], { cwd: folder }),
    read: (name: string) => readFileSync(path(name), 'utf8').split('\n').filter(Boolean),
    age: (name: string) => utimesSync(path(name), monthAgo, monthAgo),
    path,
  };
}

it('the secrets are random, each of its own, and out of reach for others', () => {
  const { run, read, path } = clone();
  run();
  const [session, presenter] = [read('session-secret'), read('presenter-key')];
  expect([session, presenter]).toEqual([
    [expect.stringMatching(/^[0-9a-f]{64}$/)],
    [expect.stringMatching(/^[0-9a-f]{64}$/)],
  ]);
  expect(session).not.toEqual(presenter);
  expect(statSync(path('.')).mode & 0o777).toBe(0o700);
  run();
  expect([read('session-secret'), read('presenter-key')]).toEqual([session, presenter]);
});

it('what signs cookies is replaced after a month, and what signed before is believed for as long as cookies live', () => {
  const { run, read, age } = clone();
  run();
  const [first] = read('session-secret');
  const presenter = read('presenter-key');
  age('session-secret');
  age('presenter-key');
  run();
  expect(read('session-secret')).toEqual([expect.not.stringMatching(`^${first}$`), first]);
  expect(read('presenter-key')).toEqual(presenter);
  for (let month = 0; month < 15; month += 1) {
    age('session-secret');
    run();
  }
  // A secret a month, and browsers keep a cookie for 400 days.
  expect(read('session-secret')).toHaveLength(14);
  expect(new Set(read('session-secret')).size).toBe(14);
});
