import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Shell } from './shell.mts';
import { limitOf, runStep } from './step.mts';

describe('a step of a lab', () => {
  let shell: Shell;
  beforeEach(() => {
    shell = new Shell(tmpdir(), { PATH: process.env.PATH });
  });
  afterEach(() => shell.close());
  const nothing = () => '';

  test('returns the output of its commands', async () => {
    expect(await runStep(shell, 'echo vote', nothing)).toBe('vote');
  });

  test('reports a failure with the exit status and the output so far', async () => {
    await expect(runStep(shell, 'echo begun; exit 3', nothing)).rejects.toThrow('ended with 3 and printed:\nbegun');
  });

  test('gives up waiting, and says what it waited for and what it saw', async () => {
    const commands = 'echo begun\nuntil [ "$ready" = 2 ]; do sleep 1; done\necho ready';
    const told = runStep(shell, commands, () => 'record-vote  Exited (1)', 300);
    await expect(told).rejects.toThrow(/0\.3 s/);
    await expect(told).rejects.toThrow(/printed.*\nbegun/s);
    await expect(told).rejects.toThrow('It waited for:\nuntil [ "$ready" = 2 ]; do sleep 1; done');
    await expect(told).rejects.toThrow('There was:\nrecord-vote  Exited (1)');
  });

  test('waits for a minute at most, or as long as a fresh machine takes to build', () => {
    expect(limitOf('until ready; do sleep 1; done')).toBe(60_000);
    expect(['make run', 'make swarm', 'npx turbo gen function'].map(limitOf)).toEqual([900_000, 900_000, 900_000]);
  });
});
