import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { bundle, root } from '../bundle.ts';
import { until } from '../until.ts';
import type { VotingStack } from '../voting-stack.ts';
import type { Load } from './load.ts';

/** So many votes are sent before a fault strikes. */
const HELD = 10;
const TRIES = 10;
const BETWEEN_MS = 300;
/** In which a container that was able to take a vote has one, also on a machine that is busy. */
const HANDED_MS = 2_000;
/** Containers that can take a vote now. */
const ABLE = ['prewarmed', 'idle', 'serving'];

interface Voting {
  stack: VotingStack;
  load: Load;
  signal: AbortSignal;
}

/** A lock on the votes: every statement that writes one waits until `release`. */
export interface Hold {
  release(): Promise<void>;
}

/**
 * Holds all votes in the middle of their statements, until some of them are in a container's hands: a vote is over in milliseconds, and
 * no fault would hit one. If no container was able to take one at that moment none will be, since who starts waits for the lock, too:
 * then it is taken again.
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

/** Locks them as soon as a container can take one; resolves when some were sent. */
async function lockVotes(voting: Voting): Promise<Hold> {
  const { stack, load, signal } = voting;
  const program = readFileSync(await bundle('chaos/hold.program.ts', 'hold'));
  // The program comes first on its stdin, then a word to begin; its end is the sign to let go.
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
