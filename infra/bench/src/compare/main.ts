import os from 'node:os';
import Docker from 'dockerode';
import type { Measured } from '../bench.ts';
import { catalogOf } from '../catalog.ts';
import { environment } from '../environment.ts';
import { OtherLoad, QUIET_SHARE } from '../other-load.ts';
import { measureParts } from '../parts.ts';
import { lastLine, progress, say } from '../progress.ts';
import { writeResult } from '../result.ts';
import { Stack } from '../stack.ts';
import type { Compare } from './application.ts';
import { burst } from './burst.ts';
import { Classic } from './classic.ts';
import { FAULTS } from './faults.ts';
import { idle } from './idle.ts';
import { acknowledgement, visible, warmUp } from './latency.ts';
import { full, quick } from './plan.ts';
import { ServerlessVote } from './serverless-vote.ts';
import { comparisons, markdown, terminal } from './table.ts';

const isQuick = process.argv.includes('--quick');
const plan = isQuick ? quick : full;
const { BENCH_STACK: name = 'serverless-vote-compare', IMAGE_TAG: imageTag = 'latest' } = process.env;
const nodeImage = process.env.NODE_IMAGE ?? 'node:26-bookworm-slim';

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
setTimeout(() => ending.abort(new Error('the comparison took too long')), plan.deadlineMs).unref();

/** The classic application counts its votes in the time in which ours is broken: its pause decides, not the processor. */
let counted: Promise<void> | undefined;

const faultsOf = (index: 0 | 1) =>
  FAULTS.map(
    ([fault, inject]) =>
      [
        `${fault} (${index === 0 ? 'classic' : 'ours'})`,
        (compare: Compare) => inject(compare, compare.applications[index]),
      ] as const,
  );

const parts: (readonly [string, (compare: Compare) => Promise<void>])[] = [
  ['warm-up', warmUp],
  ['rates', acknowledgement],
  ['visible', visible],
  ['idle', idle],
  ['burst (ours)', async (compare) => (await burst(compare, compare.applications[1])).counted],
  [
    'burst (classic)',
    async (compare) => {
      ({ counted } = await burst(compare, compare.applications[0]));
    },
  ],
  ...faultsOf(1),
  ['counted', async () => counted],
  ...faultsOf(0),
];

async function start(docker: Docker): Promise<Compare['applications']> {
  const parts = { docker, signal: ending.signal };
  const timeout = String(plan.idleMs);
  const settings = { FUNCTION_IDLE_TIMEOUT_MS: timeout, WEB_IDLE_TIMEOUT_MS: timeout };
  const { warmPool } = (await catalogOf(imageTag)).functions['record-vote'];
  const stack = await Stack.start(name, settings, parts);
  return [await Classic.start(name, parts), new ServerlessVote(stack, { ...parts, warmPool })];
}

async function main(): Promise<void> {
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1000);
  const measured: Measured = { series: {}, facts: {}, details: {}, otherLoad: {} };
  const docker = new Docker();
  const otherLoad = new OtherLoad();
  const share = await otherLoad.calmest();
  const where = await environment(docker, { imageTag, nodeImage });
  say(
    `  ${share <= QUIET_SHARE ? '✓' : '!'} machine     others use ${Math.round(100 * share)} % of ${where.cores} cores`,
  );
  const problems: Record<string, string> = {};
  const failed = (row: string, why: string) => {
    problems[row] = why;
    say(`  ✗ ${row.padEnd(11)} ${why}`);
  };
  progress('both applications');
  const applications = await start(docker);
  say(`  ✓ started     engine ${where.engine}  (${seconds()} s)`);
  const compare: Compare = { plan, docker, progress, failed, otherLoad, measured, applications, signal: ending.signal };
  await measureParts(parts, compare, { ending: ending.signal, partMs: plan.partMs });
  const table = comparisons(measured, plan);
  say(`\n${terminal(table)}\n`);
  const most = Math.max(...Object.values(measured.otherLoad));
  if (most > QUIET_SHARE) say(`  * others used up to ${Math.round(100 * most)} % of the processors meanwhile.\n`);
  const loadAfter = os.loadavg().map((load) => Math.round(load * 100) / 100);
  const rest = { loadAfter, quick: isQuick, tookSeconds: seconds(), problems, table, markdown: markdown(table), plan };
  const file = writeResult(`compare-${where.date}${isQuick ? '-quick' : ''}`, { ...where, ...rest, ...measured });
  say(`  All samples are in ${file}`);
  const notMeasured = Object.entries(problems).map(([row, why]) => `${row} (${why})`);
  if (notMeasured.length > 0) lastLine(`  ✗ not measured: ${notMeasured.join('; ')}`);
  process.exit(notMeasured.length === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  lastLine(`  ✗ nothing was measured: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
