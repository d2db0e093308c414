import os from 'node:os';
import Docker from 'dockerode';
import { answered } from '../answered.ts';
import { catalogOf, writeSingleUseCatalog } from '../catalog.ts';
import { environment } from '../environment.ts';
import { interleave, type Variant } from '../interleave.ts';
import { lastLine, progress, say } from '../progress.ts';
import { writeResult } from '../result.ts';
import { sendAll } from '../send-all.ts';
import { Stack } from '../stack.ts';
import { terminalTable } from '../table.ts';
import { newVote, type VotingStack } from '../voting-stack.ts';
import { type RoomPlan, rooms } from './rooms.ts';
import { SwarmStack } from './swarm-stack.ts';
import { type Platform, swarmTable } from './table.ts';

const isQuick = process.argv.includes('--quick');
const plan = isQuick
  ? { deadlineMs: 9 * 60_000, rounds: 3, burstRounds: 1, voters: 1_000, freshMs: 8_000 }
  : { deadlineMs: 20 * 60_000, rounds: 12, burstRounds: 3, voters: 3_000, freshMs: 20_000 };
const room: RoomPlan = isQuick
  ? { rates: [20], durationMs: 5_000 }
  : { rates: [2, 5, 10, 20, 40, 80, 160], durationMs: 10_000 };
const IDLE_MS = 3_000;
const CONNECTIONS = 100;
/** The concurrency when each container takes one event, and the number of callers: enough to keep two cores busy. */
const FRESH = { concurrency: 8, connections: 16 };

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
setTimeout(() => ending.abort(new Error('the bench took too long')), plan.deadlineMs).unref();
const { signal } = ending;
/** A row that can't be measured doesn't prevent the others. */
const problems: Record<string, string> = {};
const failed = (row: string, why: string) => {
  problems[row] = why;
};
const turns = { signal, progress, failed };

/** A vote of a new voter, answered by a container with this start kind. */
const single = (platform: Platform, stack: VotingStack, kind: 'prewarmed' | 'cold', warmPool: number): Variant => ({
  name: `${platform}: ${kind}`,
  times: kind === 'cold' ? 1 : 3,
  prepare: () => (kind === 'cold' ? stack.empty() : stack.prewarmed('record-vote', warmPool)),
  async sample() {
    const { totalMs, headers } = answered(await stack.vote());
    return headers['x-start-kind'] === kind ? totalMs : undefined;
  },
});

/** A burst of thousands of votes. @returns votes per second */
const burst = (platform: Platform, stack: VotingStack, wrong: Record<string, number>): Variant => ({
  name: `${platform}: burst`,
  async sample() {
    const before = await rows(stack);
    const began = performance.now();
    await sendAll(plan.voters, CONNECTIONS, async () => answered(await stack.invoke('record-vote', newVote())));
    const seconds = (performance.now() - began) / 1000;
    wrong[platform] = (wrong[platform] ?? 0) + Math.abs((await rows(stack)) - before - plan.voters);
    return plan.voters / seconds;
  },
});

const rows = async (stack: VotingStack) =>
  (await stack.sql<{ rows: number }>('select count(*)::int as rows from votes'))[0]?.rows ?? Number.NaN;

/** One container per event, started as fast as possible. @returns containers per second that took their event */
const fresh = (platform: Platform, stack: VotingStack): Variant => ({
  name: `${platform}: fresh containers`,
  async sample() {
    const until = performance.now() + plan.freshMs;
    let votes = 0;
    const connection = async () => {
      while (performance.now() < until) {
        answered(await stack.vote());
        votes += 1;
      }
    };
    await Promise.all(Array.from({ length: FRESH.connections }, connection));
    return votes / (plan.freshMs / 1000);
  },
});

async function main(): Promise<void> {
  const {
    BENCH_STACK: name = 'serverless-vote-bench',
    IMAGE_TAG: imageTag = 'latest',
    NODE_IMAGE = 'node',
  } = process.env;
  const docker = new Docker();
  const settings = { FUNCTION_IDLE_TIMEOUT_MS: String(IDLE_MS), WEB_IDLE_TIMEOUT_MS: String(IDLE_MS) };
  progress('one machine, and three nodes');
  const where = await environment(docker, { imageTag, nodeImage: NODE_IMAGE });
  const catalog = await catalogOf(imageTag);
  const { warmPool } = catalog.functions['record-vote'];
  writeSingleUseCatalog(catalog, FRESH.concurrency);
  const one = await Stack.start(name, settings, { docker, signal });
  const three = await SwarmStack.start(`${name}-swarm`, settings, signal);
  const platforms: [Platform, VotingStack][] = [
    ['one machine', one],
    ['three nodes', three],
  ];
  say(`  ✓ stacks      one machine and three nodes, load ${where.loadBefore[0]}`);

  const wrong: Record<string, number> = {};
  const singles = platforms.flatMap(([platform, stack]) => [
    single(platform, stack, 'prewarmed', warmPool),
    single(platform, stack, 'cold', warmPool),
  ]);
  const series = await interleave(plan.rounds, singles, turns);
  const bursts = platforms.map(([platform, stack]) => burst(platform, stack, wrong));
  Object.assign(series, await interleave(plan.burstRounds, bursts, turns));
  Object.assign(series, await rooms(platforms, room, turns));
  await Promise.all([
    one.change({ COMPOSE_FILE: 'docker-compose.yml:infra/bench/single-use.compose.yml' }),
    three.becomeSingleUse(),
  ]);
  const freshes = platforms.map(([platform, stack]) => fresh(platform, stack));
  Object.assign(series, await interleave(plan.burstRounds, freshes, turns));

  const table = swarmTable(series, wrong, room.rates);
  say(`\n${terminalTable(table)}\n`);
  const loadAfter = os.loadavg().map((load) => Math.round(load * 100) / 100);
  const result = { ...where, loadAfter, quick: isQuick, problems, table, plan: { ...plan, room }, series, wrong };
  say(`  All numbers are in ${writeResult(`swarm-${where.date}${isQuick ? '-quick' : ''}`, result)}`);
  const notMeasured = Object.entries(problems).map(([row, why]) => `${row} (${why})`);
  if (notMeasured.length > 0) lastLine(`  ✗ not measured: ${notMeasured.join('; ')}`);
  process.exit(Object.values(wrong).some(Boolean) || notMeasured.length > 0 ? 1 : 0);
}

main().catch((error: unknown) => {
  lastLine(`  ✗ nothing was measured: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
