import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { bundle, root } from '../bundle.ts';
import { until } from '../until.ts';
import type { VotingStack } from '../voting-stack.ts';
import type { Load } from './load.ts';

/** How many votes are sent before the fault is injected. */
const HELD = 10;
const TRIES = 10;
const BETWEEN_MS = 300;
/** Long enough for a ready container to get a vote, even on a busy machine. */
const HANDED_MS = 2_000;
/** The containers that can take a vote now. */
const ABLE = ['prewarmed', 'idle', 'serving'];

interface Voting {
  stack: VotingStack;
  load: Load;
  signal: AbortSignal;
}

/** A lock on the table of votes: every statement that writes to it waits until `release`. */
export interface Hold {
  release(): Promise<void>;
}

/**
 * Holds all votes in the middle of their statements until some of them are in flight: a vote takes milliseconds, so otherwise no fault
 * would hit one. If no container was ready at that moment none will be, because a starting container waits for the lock, too; then the
 * lock is released and taken again.
 */
export async function holdVotes(voting: Voting): Promise<Hold> {
  for (let tries = 1; ; tries += 1) {
    const hold = await lockVotes(voting);
    try {
      const isInFlight = () => isThere(voting, ['serving']);
      await until('a held vote is in a container', isInFlight, {
        withinMs: HANDED_MS,
        everyMs: 20,
        signal: voting.signal,
      });
      return hold;
    } catch (error) {
      await hold.release();
      if (tries === TRIES) throw error;
    }
    await pause(BETWEEN_MS, undefined, { signal: voting.signal });
  }
}

async function isThere({ stack }: Voting, states: readonly string[]): Promise<boolean> {
  const found = await stack.population();
  return states.some((state) => (found[`record-vote ${state}`] ?? 0) > 0);
}

/** Takes the lock as soon as a container is ready; resolves when some votes were sent. */
async function lockVotes(voting: Voting): Promise<Hold> {
  const { stack, load, signal } = voting;
  const program = readFileSync(await bundle('chaos/hold.program.ts', 'hold'));
  // stdin carries the program, then a word to start; its end releases the lock.
  const start = `head -c ${program.length} >/tmp/hold.mjs && exec node /tmp/hold.mjs`;
  const child = spawn('docker', await stack.inDatabase('sh', '-c', start), { cwd: root });
  const ended = once(child, 'close');
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  child.stdin.on('error', () => undefined);
  child.stderr.resume();
  child.stdin.write(program);
  const release = async () => {
    child.stdin.end();
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended.finally(() => clearTimeout(late));
  };
  try {
    const soon = { withinMs: 30_000, everyMs: 5, signal };
    const isAble = async () => said.startsWith('ready') && (await isThere(voting, ABLE));
    await until('a container can take a vote', isAble, soon);
    child.stdin.write('now');
    await until('votes are held', () => said.endsWith('held') && load.outstanding >= HELD, soon);
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}
