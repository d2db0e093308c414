import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';

const script = `${import.meta.dirname}/../../../.ci/run`;
const [, list = ''] = /^PARTS=\(([^)]*)\)/m.exec(readFileSync(script, 'utf8')) ?? [];
const parts = list.trim().split(/\s+/);

/** What `.ci/run` says of a repository whose parts pass one test each, but for those that are given. `sinceS`: how long it runs already. */
async function ci(instead: Record<string, string>, sinceS = 0): Promise<{ status: number; lines: string[] }> {
  const folder = mkdtempSync(`${tmpdir()}/ci-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(`${folder}/.ci`);
  copyFileSync(script, `${folder}/.ci/run`);
  const rules = parts.map((part) => `${part}:\n\t@${instead[part] ?? "echo '1 passed, 0 failed'"}\n`);
  writeFileSync(`${folder}/Makefile`, rules.join(''));
  return new Promise((resolve) => {
    execFile(`${folder}/.ci/run`, { env: { ...process.env, SECONDS: `${sinceS}` } }, (error, stdout) =>
      resolve({ status: Number(error?.code ?? 0), lines: stdout.trimEnd().split('\n') }),
    );
  });
}

it('adds up what its parts count, alone on the last line', async () => {
  const { status, lines } = await ci({ test: "echo '40 passed, 0 failed'" });
  expect(parts).toEqual(expect.arrayContaining(['test', 'labs', 'swarm-test', 'modern-test']));
  expect({ status, last: lines.at(-1) }).toEqual({ status: 0, last: `${40 + parts.length - 1} passed, 0 failed` });
});

it('runs every part though an earlier one failed, fails, and names the part', async () => {
  const { status, lines } = await ci({ test: "echo '5 passed, 2 failed'; exit 1" });
  expect(status).toBe(1);
  expect(lines.slice(-2)).toEqual(['Failed: make test', `${5 + parts.length - 1} passed, 2 failed`]);
});

it.each([
  ['ends with a status though no test failed', "echo '5 passed, 0 failed'; exit 3", 5],
  ['ends well and counts nothing', 'true', 0],
])('counts a failure for a part that %s', async (_, instead, passed) => {
  const { status, lines } = await ci({ labs: instead });
  expect(status).toBe(1);
  expect(lines.slice(-2)).toEqual(['Failed: make labs', `${passed + parts.length - 1} passed, 1 failed`]);
});

it('leaves the last part out, and says so, when the others take an hour', async () => {
  const { status, lines } = await ci({}, 3_600);
  expect(status).toBe(0);
  expect(lines.slice(-2)).toEqual([
    expect.stringMatching(/^make modern-test was left out: the parts before it took 36\d\d s/),
    `${parts.length - 1} passed, 0 failed`,
  ]);
});
