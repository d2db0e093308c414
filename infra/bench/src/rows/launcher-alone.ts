import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import { bundle } from '../bundle.ts';
import { Endpoint } from '../http-endpoint.ts';
import { sendAll } from '../send-all.ts';
import { newVote } from '../voting-stack.ts';

const CONNECTIONS = 100;
const WARM_UP = 2_000;
const INVOCATIONS = { full: 20_000, quick: 5_000 };
const INVOKE = '/2015-03-31/functions/record-vote/invocations';

/** The launcher's own capacity: invocations of a function that does nothing, in processes instead of containers. */
export async function launcherAlone({ measured, plan, progress }: Bench): Promise<void> {
  progress('the launcher alone');
  const [launcher, nothing] = await Promise.all([
    bundle('launcher-alone/launcher.program.ts', 'launcher-alone'),
    bundle('launcher-alone/nothing.program.ts', 'nothing'),
  ]);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'launcher-'));
  const child = fork(launcher, [directory, nothing], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  try {
    const { port } = (await heard(child)) as { port: number };
    const endpoint = new Endpoint(port, CONNECTIONS);
    await invoke(endpoint, WARM_UP);
    const count = plan.chromium ? INVOCATIONS.full : INVOCATIONS.quick;
    const samples: number[] = [];
    const before = await cpuMs(child);
    for (let part = 0; part < 5; part += 1) samples.push(await invoke(endpoint, count / 5));
    const spent = (await cpuMs(child)) - before;
    endpoint.close();
    measured.series['launcher alone'] = { samples, discarded: 0 };
    measured.facts['launcher alone, ms of processor per invocation'] = spent / count;
  } finally {
    child.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @returns invocations per second */
async function invoke(endpoint: Endpoint, count: number): Promise<number> {
  const began = performance.now();
  await sendAll(count, CONNECTIONS, async () => answered(await endpoint.post(INVOKE, JSON.stringify(newVote()))));
  return (count / (performance.now() - began)) * 1000;
}

async function cpuMs(child: ChildProcess): Promise<number> {
  child.send('cpu');
  return ((await heard(child)) as { cpuMs: number }).cpuMs;
}

/** The program's next message. @throws {Error} when it exits, or is silent for ten seconds */
async function heard(child: ChildProcess): Promise<unknown> {
  const signal = AbortSignal.timeout(10_000);
  const ended = once(child, 'exit', { signal }).then(() => Promise.reject(new Error('The launcher alone has ended')));
  const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
  return message;
}
