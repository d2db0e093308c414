import os from 'node:os';
import Docker from 'dockerode';
import { Baseline } from './baseline/baseline.ts';
import type { Bench, Measured } from './bench.ts';
import { catalogOf, writeOnePrewarmedCatalog } from './catalog.ts';
import { environment } from './environment.ts';
import { interleave } from './interleave.ts';
import { OtherLoad, QUIET_SHARE } from './other-load.ts';
import { measureParts } from './parts.ts';
import { full, type Plan, quick } from './plan.ts';
import { lastLine, progress, say } from './progress.ts';
import { writeResult } from './result.ts';
import { baseline } from './rows/baseline.ts';
import { bursts } from './rows/bursts.ts';
import { cold } from './rows/cold.ts';
import { voteFromZero, webFromZero } from './rows/from-zero.ts';
import { rest } from './rows/idle.ts';
import { inARow } from './rows/in-a-row.ts';
import { launcherAlone } from './rows/launcher-alone.ts';
import { naive } from './rows/naive.ts';
import { pages } from './rows/pages.ts';
import { prewarmed } from './rows/prewarmed.ts';
import { rates } from './rows/rates.ts';
import { stage } from './rows/stage.ts';
import { stdio } from './rows/stdio.ts';
import { tallySize } from './rows/tally-size.ts';
import { tenAtOnce } from './rows/ten-at-once.ts';
import { trivial } from './rows/trivial.ts';
import { visible } from './rows/visible.ts';
import { warmUp } from './rows/warm-up.ts';
import { Stack } from './stack.ts';
import { terminalTable } from './table.ts';
import { table } from './targets.ts';

const isQuick = process.argv.includes('--quick');
const only = process.argv
  .find((argument) => argument.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const isWanted = (part = '') => part === 'idle' || only === undefined || only.includes(part);
const plan: Plan = isQuick ? quick : full;
const { BENCH_STACK: name = 'serverless-vote-bench', IMAGE_TAG: imageTag = 'latest' } = process.env;
const nodeImage = process.env.NODE_IMAGE ?? 'node:26-bookworm-slim';

/** The idle timeout of the cold stack, in durations of a `docker run`: a container that replaces another one must be seen before it exits. */
const RUNS_OF_COLD = 4;

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const watchdog = setTimeout(() => ending.abort(new Error('the bench took too long')), plan.deadlineMs);
watchdog.unref();

/** Single votes and single pages, interleaved: the targets are about their ratios. */
async function singles(bench: Bench): Promise<void> {
  const database = await bench.warm.permanent('database');
  const variants = [
    ...[cold(bench), tenAtOnce(bench), webFromZero(bench), voteFromZero(bench)],
    ...[naive(bench, 'naive', 'bridge'), naive(bench, 'naive, joined', `container:${database.id}`)],
    ...[prewarmed(bench), baseline(bench), trivial(bench)],
  ];
  Object.assign(bench.measured.series, await interleave(plan.rounds, variants, bench));
}

/** Measured alone: other stacks of the benchmark would share memory pages and wake the engine. */
async function idleAlone(bench: Bench): Promise<void> {
  await Promise.all([bench.cold.stop(), bench.baseline.stop()]);
  await rest(bench);
}

const parts: (readonly [string, (bench: Bench) => Promise<void>])[] = [
  ['warm-up', warmUp],
  ['singles', singles],
  ['bursts', bursts],
  ['rates', rates],
  ['stdio', stdio],
  ['launcher', launcherAlone],
  ['visible', visible],
  ...(plan.chromium
    ? ([
        ['stage', stage],
        ['pages', pages],
      ] as const)
    : []),
  ['in a row', inARow],
  ['idle', idleAlone],
  ['tally', tallySize],
];

async function start(
  isQuiet: boolean,
  parts: Pick<Bench, 'docker' | 'measured' | 'otherLoad' | 'failed'>,
): Promise<Bench> {
  const { docker } = parts;
  const { signal } = ending;
  // Where a start takes long, a prewarmed container must not exit before it has been seen.
  const settings = (idleMs: number, busyIdleMs: number) => {
    const timeout = String(isQuiet ? idleMs : Math.max(idleMs, busyIdleMs));
    return { FUNCTION_IDLE_TIMEOUT_MS: timeout, WEB_IDLE_TIMEOUT_MS: timeout };
  };
  progress('two stacks and the baseline');
  const began = performance.now();
  const catalog = await catalogOf(imageTag);
  const coldIdleMs = Math.max(1_500, Math.round(RUNS_OF_COLD * (performance.now() - began)));
  writeOnePrewarmedCatalog(catalog);
  const onePrewarmed = { COMPOSE_FILE: 'docker-compose.yml:infra/bench/one-prewarmed.compose.yml' };
  const [warmStack, coldStack] = await Promise.all([
    Stack.start(name, settings(plan.idleMs, 30_000), { docker, signal }),
    Stack.start(`${name}-cold`, { ...settings(coldIdleMs, 9_000), ...onePrewarmed }, { docker, signal }),
  ]);
  const permanentServer = await Baseline.start(warmStack, { docker, nodeImage, catalog, signal });
  const stacks = { warm: warmStack, cold: coldStack, baseline: permanentServer };
  return { plan, signal, progress, imageTag, nodeImage, catalog, ...parts, ...stacks };
}

const percent = (share: number) => `${Math.round(100 * share)} %`;

async function main(): Promise<void> {
  const began = performance.now();
  const seconds = (since: number) => Math.round((performance.now() - since) / 1000);
  const measured: Measured = { series: {}, facts: {}, details: {}, otherLoad: {} };
  const docker = new Docker();
  const otherLoad = new OtherLoad();
  const share = await otherLoad.calmest();
  const where = await environment(docker, { imageTag, nodeImage });
  const used = `others use ${percent(share)} of ${where.cores} cores, load ${where.loadBefore[0]}`;
  const isQuiet = share <= QUIET_SHARE;
  say(isQuiet ? `  ✓ machine     quiet: ${used}` : `  ! machine     not quiet: ${used}`);
  const problems: Record<string, string> = {};
  const failed = (row: string, why: string) => {
    problems[row] = why;
    say(`  ✗ ${row.padEnd(11)} ${why}`);
  };
  const bench = await start(isQuiet, { docker, measured, otherLoad, failed });
  say(`  ✓ stacks      engine ${where.engine}  (${seconds(began)} s)`);
  await measureParts(
    parts.filter(([part]) => isWanted(part)),
    bench,
    { ending: ending.signal, partMs: plan.partMs },
  );
  const lines = table(measured, plan).filter(({ part }) => isWanted(part));
  say(`\n${terminalTable(lines)}\n`);
  const most = Math.max(...Object.values(measured.otherLoad));
  if (most > QUIET_SHARE)
    say(
      `  * beside other load: others used up to ${percent(most)} of the processors. Measure again on a quiet machine.\n`,
    );
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
  const notMeasured = Object.entries(problems).map(([row, why]) => `${row} (${why})`);
  if (notMeasured.length > 0) lastLine(`  ✗ not measured: ${notMeasured.join('; ')}`);
  process.exit(notMeasured.length === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  lastLine(`  ✗ nothing was measured: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
