import os from 'node:os';
import Docker from 'dockerode';
import type { Bench, Measured } from './bench.ts';
import { catalogOf, writeOneSpareCatalog } from './catalog.ts';
import { environment } from './environment.ts';
import { Floor } from './floor/floor.ts';
import { interleave } from './interleave.ts';
import { full, type Plan, quick } from './plan.ts';
import { progress, say } from './progress.ts';
import { writeResult } from './result.ts';
import { bursts } from './rows/bursts.ts';
import { cold } from './rows/cold.ts';
import { floor } from './rows/floor.ts';
import { inARow } from './rows/in-a-row.ts';
import { launcherAlone } from './rows/launcher-alone.ts';
import { naive } from './rows/naive.ts';
import { prewarmed } from './rows/prewarmed.ts';
import { rest } from './rows/rest.ts';
import { tallySize } from './rows/tally-size.ts';
import { tenAtOnce } from './rows/ten-at-once.ts';
import { trivial } from './rows/trivial.ts';
import { visible } from './rows/visible.ts';
import { warmUp } from './rows/warm-up.ts';
import { webFromZero } from './rows/web-from-zero.ts';
import { Stack } from './stack.ts';
import { terminalTable } from './table.ts';
import { table } from './targets.ts';

const isQuick = process.argv.includes('--quick');
const only = process.argv
  .find((argument) => argument.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const plan: Plan = isQuick ? quick : full;

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const watchdog = setTimeout(() => ending.abort(new Error('the bench took too long')), plan.deadlineMs);
watchdog.unref();

/** Single votes and single pages, in turns: their ratios are what the targets are about. */
async function singles(bench: Bench): Promise<void> {
  const database = await bench.warm.permanent('database');
  const variants = [
    ...[cold(bench), tenAtOnce(bench), webFromZero(bench)],
    ...[naive(bench, 'naive', 'bridge'), naive(bench, 'naive, joined', `container:${database.id}`)],
    ...[prewarmed(bench), floor(bench), trivial(bench)],
  ];
  Object.assign(bench.measured.series, await interleave(plan.rounds, variants, bench));
}

/** The stack rests alone: what else the bench runs would share its pages and wake its engine. */
async function restAlone(bench: Bench): Promise<void> {
  await Promise.all([bench.cold.stop(), bench.floor.stop()]);
  await rest(bench);
}

const phases: [string, (bench: Bench) => Promise<void>][] = [
  ['warm-up', warmUp],
  ['singles', singles],
  ['bursts', bursts],
  ['launcher', launcherAlone],
  ['visible', visible],
  ['in a row', inARow],
  ['at rest', restAlone],
  ['tally', tallySize],
];

async function start(measured: Measured): Promise<Bench> {
  const docker = new Docker();
  const { BENCH_STACK: name = 'serverless-vote-bench', IMAGE_TAG: imageTag = 'latest' } = process.env;
  const nodeImage = process.env.NODE_IMAGE ?? 'node:26-bookworm-slim';
  const { signal } = ending;
  const settings = (idleMs: number) => ({
    FUNCTION_IDLE_TIMEOUT_MS: String(idleMs),
    WEB_IDLE_TIMEOUT_MS: String(idleMs),
  });
  progress('two stacks and the floor');
  const catalog = await catalogOf(imageTag);
  writeOneSpareCatalog(catalog);
  const oneSpare = { COMPOSE_FILE: 'docker-compose.yml:infra/bench/one-spare.compose.yml' };
  const [warmStack, coldStack] = await Promise.all([
    Stack.start(name, settings(plan.idleMs), { docker, signal }),
    Stack.start(`${name}-cold`, { ...settings(1_500), ...oneSpare }, { docker, signal }),
  ]);
  const permanentServer = await Floor.start(warmStack, { docker, nodeImage, catalog, signal });
  const stacks = { warm: warmStack, cold: coldStack, floor: permanentServer };
  return { plan, signal, docker, progress, imageTag, nodeImage, catalog, measured, ...stacks };
}

async function main(): Promise<void> {
  const began = performance.now();
  const seconds = (since: number) => Math.round((performance.now() - since) / 1000);
  const measured: Measured = { series: {}, facts: {}, details: {} };
  const bench = await start(measured);
  const where = await environment(bench.docker, bench);
  say(
    `  ✓ stacks      ${where.cores} cores, engine ${where.engine}, load ${where.loadBefore[0]}  (${seconds(began)} s)`,
  );
  const problems: Record<string, string> = {};
  for (const [name, measure] of phases) {
    if (only && name !== 'at rest' && !only.includes(name)) continue;
    const since = performance.now();
    try {
      await measure(bench);
      say(`  ✓ ${name.padEnd(11)} (${seconds(since)} s)`);
    } catch (error) {
      problems[name] = error instanceof Error ? error.message : String(error);
      say(`  ✗ ${name.padEnd(11)} ${problems[name]}  (${seconds(since)} s)`);
    }
  }
  const lines = table(measured, plan);
  say(`\n${terminalTable(lines)}\n`);
  const loadAfter = os.loadavg().map((load) => Math.round(load * 100) / 100);
  const result = {
    ...where,
    loadAfter,
    quick: isQuick,
    tookSeconds: seconds(began),
    problems,
    table: lines,
    plan,
    ...measured,
  };
  say(`  All numbers are in ${writeResult(`${where.date}${isQuick ? '-quick' : ''}${only ? '-part' : ''}`, result)}`);
  process.exit(Object.keys(problems).length === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  say(`  ✗ bench       ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
