import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';

const here = join(import.meta.dirname, '..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/suite-`);
});

/** A script that runs suites, like test.sh; its logs are in a folder of its own. */
function script(commands: string): ChildProcess {
  const whole = `set -euo pipefail; . ${here}/../say.sh; . ${here}/suite.sh; ROOT=${folder}; ${commands}`;
  const env = { ...process.env, SAY_SCREEN: '', STEP_NAME: '', STEP_NOTE: '', PROGRESS_EVERY_S: '1' };
  const child = spawn('bash', ['-c', whole], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  });
  return child;
}

async function run(commands: string): Promise<{ status: number; out: string; screen: string }> {
  const child = script(commands);
  const [out, screen, [status]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    once(child, 'close'),
  ]);
  return { status, out, screen };
}

const VITEST = `green() { echo ' Tests  12 passed (12)'; }
  red() { printf ' FAIL  |unit| a.test.ts > adds\\n\\n Tests  1 failed | 3 passed (4)\\n'; return 1; }`;
const PLAYWRIGHT = `browser() { printf '  ✘  2 vote.spec.ts:5:1 › votes (1.2s)\\n\\n  1 failed\\n  7 passed (3.0s)\\n'; return 1; }`;

it('adds up what suites count, in lanes and out of them; the sum stands alone on the last line', async () => {
  const { status, out } = await run(
    `${VITEST}; lane one suite one green; lane two suite two green; suite three green; wait_for_lanes`,
  );
  expect({ status, out }).toEqual({ status: 0, out: '36 passed, 0 failed\n' });
});

it('runs the other suites though one fails, names the tests that failed at the end, and fails', async () => {
  const { status, out, screen } = await run(`${VITEST}; ${PLAYWRIGHT}
    suite unit red; lane browser suite browser browser; lane last suite last green; wait_for_lanes`);
  expect({ status, out }).toEqual({ status: 1, out: '22 passed, 2 failed\n' });
  const end = screen.slice(screen.indexOf('Failed:'));
  expect(end).toContain('✗ unit\n      |unit| a.test.ts > adds\n');
  expect(end).toContain('✗ browser\n      vote.spec.ts:5:1 › votes\n');
});

it('counts a suite that ends with a status, and a lane that ends early, as a failure', async () => {
  const { status, out } = await run(
    'broken() { return 3; }; early() { exit 4; }; suite broken broken; lane early early; wait_for_lanes',
  );
  expect({ status, out }).toEqual({ status: 1, out: '0 passed, 2 failed\n' });
});

it('shows no control character of what tests have printed', async () => {
  const { screen } = await run(`red() { printf ' FAIL  \\033]0;x\\007a > \\302\\233b\\n'; return 1; }; suite red red`);
  expect(screen).toContain('FAIL  ]0;xa > b');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(screen).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
});

it('says at the end how long each part took with its steps, and what came before them', async () => {
  const { status, screen } = await run(
    `${VITEST}; step build true; lane one suite one green; step one-down sleep 1; wait_for_lanes`,
  );
  expect(status).toBe(0);
  expect(screen).toMatch(/\n {2}[1-9]\d* s: preparation \d+ s, one [1-9]\d* s\n$/);
});

it('says how far the suites are that run', async () => {
  const child =
    script(`shard() { printf 'Running 5 tests\\n ✓ a\\n ✓ b\\n'; for _ in $(seq 900); do [ -e ${folder}/go ] && break; sleep 0.1; done; echo ' Tests  2 passed'; }
    lane one suite integration shard; lane two suite browser shard; while_counting wait_for_lanes`);
  let screen = '';
  child.stderr?.on('data', (chunk) => {
    screen += chunk;
  });
  await vi.waitFor(
    () => expect(screen).toMatch(/… (integration|browser) 2 of 5, (integration|browser) 2 of 5, \d+ s\n/),
    240_000,
  );
  writeFileSync(`${folder}/go`, '');
  expect(await once(child, 'close')).toEqual([0, null]);
});

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'ends its lanes and takes down what they have started when it gets a %s',
  async (signal) => {
    const child = script(`take_all_down() { sleep 0.3; echo "$in_lane" >>${folder}/down; }
    endless() { echo ready >${folder}/$in_lane; sleep 300; }
    busy() { begun=yes; suite endless endless; }
    lane one busy; lane two busy; while_counting wait_for_lanes`);
    const out = child.stdout ? text(child.stdout) : '';
    await vi.waitFor(() => expect(['one', 'two'].every((lane) => existsSync(`${folder}/${lane}`))).toBe(true), 240_000);
    child.kill(signal);
    const [status] = await once(child, 'close');
    expect({ status, out: await out }).toEqual({
      status: expect.toSatisfy((it: number) => it > 128),
      out: '0 passed, 2 failed\n',
    });
    expect(readFileSync(`${folder}/down`, 'utf8').trim().split('\n').sort()).toEqual(['one', 'two']);
  },
);
