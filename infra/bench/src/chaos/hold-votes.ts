import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { bundle, root } from '../bundle.ts';
import { until } from '../until.ts';
import type { VotingStack } from '../voting-stack.ts';
import type { Load } from './load.ts';

/** So many votes lie in mid-transaction when a fault strikes. */
const HELD = 10;

/** A lock on the votes: every statement that writes one waits until `release`. */
export interface Hold {
  release(): Promise<void>;
}

/** Holds all votes in the middle of their statements, until there are some: a vote is over in milliseconds, and no fault would hit one. */
export async function holdVotes({
  stack,
  load,
  signal,
}: {
  stack: VotingStack;
  load: Load;
  signal: AbortSignal;
}): Promise<Hold> {
  const program = readFileSync(await bundle('chaos/hold.program.ts', 'hold'));
  // The program comes first on its stdin; then its end is the sign to let go.
  const start = `head -c ${program.length} >/tmp/hold.mjs && exec node /tmp/hold.mjs`;
  const child = spawn('docker', await stack.inDatabase('sh', '-c', start), { cwd: root });
  const ended = once(child, 'close');
  let held = false;
  child.stdout.on('data', () => {
    held = true;
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
    await until('votes are held', () => held && load.outstanding >= HELD, { withinMs: 10_000, everyMs: 5, signal });
    // Who has sent a vote may still wait for web, or for a container that starts.
    const isInFlight = async () => ((await stack.population())['record-vote serving'] ?? 0) > 0;
    await until('a held vote is in a container', isInFlight, { withinMs: 10_000, everyMs: 20, signal });
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}
