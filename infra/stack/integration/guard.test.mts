import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

const here = join(import.meta.dirname, '..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/guard-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** A command on the stack `mine`, as make starts it. */
function command(script: string, more: Record<string, string> = {}): ChildProcess {
  const whole = `set -euo pipefail; . ${here}/settings.sh; . ${here}/guard.sh; ${script}`;
  const env = {
    ...process.env,
    SAY_SCREEN: '',
    STEP_NAME: '',
    STEP_NOTE: '',
    WITHOUT_ENV_FILE: '1',
    TMPDIR: folder,
    STACK: 'mine',
    ...more,
  };
  const child = spawn('bash', ['-c', whole], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function ended(child: ChildProcess): Promise<{ status: number; screen: string }> {
  const [screen, [status]] = await Promise.all([child.stderr ? text(child.stderr) : '', once(child, 'close')]);
  return { status, screen };
}

const HOLD = (name: string) => `lock_stack 'make run'; touch ${name}; until [ -e ${name}.go ]; do sleep 0.1; done`;
const appears = (file: string) => vi.waitFor(() => expect(existsSync(file)).toBe(true), 240_000);

describe('a command that brings a stack up, takes it down or empties it', () => {
  it('waits for another that does so, says which, and goes on after it', async () => {
    const first = command(HOLD(`${folder}/one`));
    await appears(`${folder}/one`);
    const second = command(`lock_stack 'make stop'; [ -e ${folder}/one.go ]`);
    let screen = '';
    second.stderr?.on('data', (chunk) => {
      screen += chunk;
    });
    await vi.waitFor(() => expect(screen).toMatch(/waiting for the make run in .* \(process \d+\)/), 240_000);
    writeFileSync(`${folder}/one.go`, '');
    expect((await ended(first)).status).toBe(0);
    await vi.waitFor(() => expect(second.exitCode).toBe(0), 240_000);
  });

  it('gives up at last, and says what it waited for', async () => {
    command(HOLD(`${folder}/one`));
    await appears(`${folder}/one`);
    const { status, screen } = await ended(command("lock_stack 'make stop'", { LOCK_WAIT_S: '1' }));
    expect({ status, screen }).toEqual({
      status: 1,
      screen: expect.stringMatching(/Another command .*\n.*make run in/),
    });
  });

  it('does not wait for one that was killed, nor for what it left running', async () => {
    const first = command(
      `ROOT=${folder}; lock_stack 'make run'; step stay eval "sleep 30 & touch ${folder}/one; wait"`,
    );
    await appears(`${folder}/one`);
    first.kill('SIGKILL');
    expect((await ended(command("lock_stack 'make stop'", { LOCK_WAIT_S: '30' }))).status).toBe(0);
  });

  it('does not wait for one on another stack', async () => {
    command(HOLD(`${folder}/one`));
    await appears(`${folder}/one`);
    expect((await ended(command("lock_stack 'make run'", { STACK: 'other', LOCK_WAIT_S: '1' }))).status).toBe(0);
  });
});

describe('a stack that another clone has started', () => {
  /** An engine that says so of its container. */
  function engine(clone: string): Record<string, string> {
    writeFileSync(`${folder}/docker`, `#!/bin/sh\necho '${clone}'\n`);
    chmodSync(`${folder}/docker`, 0o755);
    return { PATH: `${folder}:${process.env.PATH}` };
  }
  const check = `PATH=${'$'}{PATH_BEFORE}:$PATH; check_clone 'make run' some-container`;
  const run = (clone: string, more = {}) => ended(command(check, { ...engine(clone), PATH_BEFORE: folder, ...more }));

  it('is left alone, with its folder named and what to do instead', async () => {
    const { status, screen } = await run(folder);
    expect(status).toBe(1);
    expect(screen).toContain(`It was started in ${folder}.`);
    expect(screen).toMatch(/STACK=another-vote[\s\S]*make run TAKE_OVER=1/);
  });

  it('says so when that folder is gone, so that nobody is locked out', async () => {
    expect((await run('/gone')).screen).toMatch(/started in \/gone, which is gone[\s\S]*TAKE_OVER=1/);
  });

  it.each([
    ['it is the same folder', realpathSync(join(here, '../..')), {}],
    ['TAKE_OVER=1', '/another', { TAKE_OVER: '1' }],
    ['the stack is older than the label', '', {}],
  ])('is not one when %s', async (_, clone, more) => {
    expect((await run(clone, more)).status).toBe(0);
  });
});
