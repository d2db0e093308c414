import type { Bench } from '../bench.ts';
import type { Answer } from '../http-endpoint.ts';
import { interleave, type Variant } from '../interleave.ts';
import { sendAll } from '../send-all.ts';
import { cpuMs } from '../usage.ts';
import { newVote } from '../voting-stack.ts';

const CONNECTIONS = 100;

/** Thousands of voters over a hundred connections: through the Invoke API, the vote page's route, and both baselines. */
export async function bursts(bench: Bench): Promise<void> {
  const { warm, baseline, measured, plan } = bench;
  const vote = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const variants = [
    burst(bench, 'burst: Invoke API', () => warm.invoke('record-vote', newVote())),
    burst(bench, 'burst: vote page', () => warm.gateway.post('/vote', 'choice=cats', vote)),
    burst(bench, 'burst: baseline', () => baseline.vote('pool')),
    burst(bench, 'burst: baseline, batched', () => baseline.vote('batched')),
  ];
  Object.assign(measured.series, await interleave(plan.burstRounds, variants, bench));
}

interface Count {
  rows: number;
  tallied: number;
}

function burst(bench: Bench, name: string, send: () => Promise<Answer>): Variant {
  const { warm, plan, measured } = bench;
  const bursts: unknown[] = [];
  measured.details[name] = bursts;
  measured.facts[`${name}, lost or twice`] = 0;
  measured.facts[`${name}, containers`] = 0;
  const count = async () =>
    (
      await warm.sql<Count>(
        'select (select count(*) from votes)::int as rows, (select coalesce(sum(votes), 0) from tally)::int as tallied',
      )
    )[0] ?? { rows: Number.NaN, tallied: Number.NaN };
  return {
    name,
    async prepare() {
      const { warmPool } = bench.catalog.functions['record-vote'];
      const isReady = (found: Record<string, number>) =>
        (found['record-vote prewarmed'] ?? 0) === warmPool && (found['web ready'] ?? 0) > 0;
      await warm.settle('prewarmed containers and web are ready', isReady, () => warm.gateway.send('/'));
    },
    async sample() {
      const before = await count();
      const meter = await startMeter(bench);
      const began = performance.now();
      const answers = await sendAll(plan.voters, CONNECTIONS, () => send().catch(broken));
      const seconds = (performance.now() - began) / 1000;
      const { cpu, containers } = await meter();
      const after = await count();
      const committed = after.rows - before.rows;
      const tallied = after.tallied - before.tallied;
      const failed = answers.filter(({ status, headers }) => status !== 200 || headers['x-amz-function-error']).length;
      const wrong = Math.abs(committed - plan.voters) + Math.abs(tallied - plan.voters) + failed;
      measured.facts[`${name}, lost or twice`] = (measured.facts[`${name}, lost or twice`] ?? 0) + wrong;
      measured.facts[`${name}, containers`] = Math.max(measured.facts[`${name}, containers`] ?? 0, containers);
      measured.facts[`${name}, ms of processor`] = (cpu.web ?? 0) + (cpu.launcher ?? Number.NaN);
      const rate = plan.voters / seconds;
      bursts.push({ rate, committed, tallied, failed, containers, cpuMsPerVote: cpu });
      return rate;
    },
  };
}

const broken = (error: unknown): Answer => ({ status: 0, headers: {}, body: String(error), headMs: 0, totalMs: 0 });

/** The CPU time per vote by process, and the number of containers: those that were ready plus those that were started. */
async function startMeter(bench: Bench) {
  const { warm, plan } = bench;
  const started = () => warm.counter('containers_started_total', { name: 'record-vote' });
  const prewarmed = (await warm.population())['record-vote prewarmed'] ?? 0;
  const cpuBefore = await processorTimes(bench);
  const startedBefore = await started();
  const own = process.cpuUsage();
  return async () => {
    const { user, system } = process.cpuUsage(own);
    const startedAfter = await started();
    const cpu: Record<string, number> = { bench: (user + system) / 1000 / plan.voters };
    for (const [id, { name, ms }] of await processorTimes(bench))
      cpu[name] = (cpu[name] ?? 0) + (ms - (cpuBefore.get(id)?.ms ?? 0)) / plan.voters;
    return { cpu, containers: prewarmed + startedAfter - startedBefore };
  };
}

const LASTING = ['launcher', 'database', 'web'];

/** By ID, for containers that outlive a burst; web's replicas may change. */
async function processorTimes({ warm, baseline, docker }: Bench): Promise<Map<string, { name: string; ms: number }>> {
  const found = (await warm.containers()).map(
    ({ Id, Labels }) => [Id, Labels['org.serverless-vote.name'] ?? ''] as const,
  );
  const watched = [...found.filter(([, name]) => LASTING.includes(name)), [baseline.container.id, 'baseline'] as const];
  const times = await Promise.all(
    watched.map(async ([id, name]) => {
      const ms = await cpuMs(docker.getContainer(id)).catch(() => undefined);
      return ms === undefined ? [] : [[id, { name, ms }] as const];
    }),
  );
  return new Map(times.flat());
}
