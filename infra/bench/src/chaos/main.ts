import Docker from 'dockerode';
import { environment } from '../environment.ts';
import { progress, say } from '../progress.ts';
import { writeResult } from '../result.ts';
import { Stack } from '../stack.ts';
import type { Fault } from './fault.ts';
import { asyncEvents } from './faults/async-events.ts';
import { engineRefusesRemovals } from './faults/engine-refuses.ts';
import { engineKilled, engineRestarted, isEngineOurs } from './faults/engine-restarted.ts';
import { hostileFunction } from './faults/hostile-function.ts';
import { idleViewers } from './faults/idle-viewers.ts';
import { databaseKilled, launcherKilled, sandboxKilled, webKilled } from './faults/killed.ts';
import { memoryBomb, poisonedEvents, runaway } from './faults/misbehaved.ts';
import { killedInCountdown, pollClosed } from './faults/polls.ts';
import { programsKilled } from './faults/programs-killed.ts';
import { bothKilledAndStarted, databaseRestarted, launcherRestarted } from './faults/restarted.ts';
import { silentConnections } from './faults/silent-connections.ts';
import { unwritableErrors } from './faults/unwritable-errors.ts';
import { chaosMarkdown, chaosTable, isGood, rowOf } from './table.ts';
import { type Trial, trial } from './trial.ts';

const TRIALS = 5;
/** A quiet machine needs less than twenty minutes, a busy one more. */
const DEADLINE_MS = 45 * 60_000;
const IDLE_MS = 500;

/** In this order, one trial each per round, because the engine delays restarts of a container that ran for less than 10 s. */
const FAULTS: readonly Fault[] = [
  ...[sandboxKilled, databaseKilled, runaway, launcherKilled, webKilled],
  ...[databaseRestarted, poisonedEvents, memoryBomb, asyncEvents],
  ...[silentConnections, idleViewers, launcherRestarted, bothKilledAndStarted],
  ...[pollClosed, killedInCountdown],
  ...[unwritableErrors, engineRefusesRemovals, hostileFunction, programsKilled],
];
const ENGINE_FAULTS: readonly Fault[] = [engineRestarted, engineKilled];

const given = (name: string) =>
  process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(`--${name}=`.length);
const only = given('only')?.split(',');
const trials = Number(given('trials') ?? TRIALS);

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
setTimeout(() => ending.abort(new Error('It took too long.')), DEADLINE_MS).unref();

/** The engine's own faults, or why they are left out. */
async function engineFaults(): Promise<readonly Fault[]> {
  const leftOut = (why: string) => say(`  – engine      its restart is left out: ${why}`);
  if (process.env.ENGINE_RESTART === '0') leftOut('ENGINE_RESTART=0');
  else if (!(await isEngineOurs()))
    leftOut('this engine was not started by infra/engine, so it is not ours to restart');
  else return ENGINE_FAULTS;
  return [];
}

async function main(): Promise<void> {
  const began = performance.now();
  const docker = new Docker();
  const {
    BENCH_STACK: name = 'serverless-vote-chaos',
    IMAGE_TAG: imageTag = 'latest',
    NODE_IMAGE: nodeImage = 'node',
  } = process.env;
  // Killing the engine takes as long as restarting it: five times both is more than ten minutes.
  const isWanted = (fault: Fault) => only?.some((word) => fault.name.includes(word)) ?? fault !== engineKilled;
  const faults = FAULTS.filter(isWanted);
  const last = (await engineFaults()).filter(isWanted);
  if (last.length > 0)
    say(
      `  ! engine      is restarted ${last.length * trials} times at the end, and every container of this machine with it`,
    );
  progress('a stack of its own');
  const settings = {
    FUNCTION_IDLE_TIMEOUT_MS: String(IDLE_MS),
    WEB_IDLE_TIMEOUT_MS: String(IDLE_MS),
  };
  const parts = { docker, signal: ending.signal };
  const stack = await Stack.start(name, settings, parts);
  const where = await environment(docker, { imageTag, nodeImage });
  const done = new Map<Fault, Trial[]>([...faults, ...last].map((fault) => [fault, []]));
  const rounds = (these: readonly Fault[]) => Array.from({ length: trials }, () => these).flat();
  let stopped: string | undefined;
  try {
    for (const fault of [...rounds(faults), ...rounds(last)]) {
      const so = done.get(fault) ?? [];
      progress(`${fault.name}, ${so.length + 1} of ${trials}`);
      so.push(await trial(fault, { ...parts, stack }));
    }
  } catch (error) {
    stopped = error instanceof Error ? error.message : String(error);
  }
  const rows = [...done].map(([{ name: fault }, each]) => rowOf(fault, each));
  say(`\n${chaosTable(rows)}\n`);
  if (stopped !== undefined) say(`  ✗ chaos       ended early: ${stopped}`);
  const tookSeconds = Math.round((performance.now() - began) / 1000);
  const details = Object.fromEntries([...done].map(([{ name: fault }, each]) => [fault, each]));
  const file = writeResult(`chaos-${where.date}${only || trials < TRIALS ? '-part' : ''}`, {
    ...{ ...where, tookSeconds, stopped, rows, table: chaosMarkdown(rows).split('\n'), trials: details },
  });
  say(`  ${tookSeconds} s. All trials are in ${file}`);
  process.exit(stopped === undefined && rows.every(isGood) ? 0 : 1);
}

main().catch((error: unknown) => {
  say(`  ✗ chaos       ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
