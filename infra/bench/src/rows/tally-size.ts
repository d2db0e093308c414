import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import { interleave, type Variant } from '../interleave.ts';
import { Stack } from '../stack.ts';
import { STILL_MS } from './quiet.ts';

/** A prewarmed fetch-results with many stored votes and with few. */
export async function tallySize(bench: Bench): Promise<void> {
  const { warm, plan, measured, progress, docker, signal } = bench;
  progress('a second stack of the same settings');
  const idle = String(plan.idleMs);
  const settings = { FUNCTION_IDLE_TIMEOUT_MS: idle, WEB_IDLE_TIMEOUT_MS: idle };
  const large = await Stack.start(`${warm.name}-large`, settings, { docker, signal });
  try {
    progress(`filling it with ${plan.tally.large.toLocaleString('en')} votes`);
    await fill(warm, plan.tally.small);
    await fill(large, plan.tally.large);
    const variants = [fetchResults(bench, 'few votes', warm), fetchResults(bench, 'many votes', large)];
    Object.assign(measured.series, await interleave(plan.tally.rounds, variants, bench));
  } finally {
    await large.stop();
  }
}

function fetchResults({ catalog, otherLoad }: Bench, name: string, stack: Stack): Variant {
  return {
    name,
    async prepare() {
      await stack.prewarmed('fetch-results', catalog.functions['fetch-results'].warmPool);
      await otherLoad.still(STILL_MS);
    },
    async sample() {
      const { totalMs, headers } = answered(await stack.invoke('fetch-results'));
      return headers['x-start-kind'] === 'prewarmed' ? totalMs : undefined;
    },
  };
}

/** Replaces all votes by this many, without triggers and foreign keys, which take minutes for millions; then writes the tally that the triggers would have left. */
async function fill(stack: Stack, votes: number): Promise<void> {
  const statements = `
    set session_replication_role = replica;
    set synchronous_commit = off;
    truncate votes, tally;
    insert into votes (poll_id, voter_id, option_id, accepted_at)
      select (select id from polls where status = 'open'), lpad(to_hex(i), 32, '0')::uuid, (array['cats', 'dogs'])[1 + i % 2], i from generate_series(1, ${votes}) as i;
    insert into tally (shard, poll_id, option_id, votes, accepted_at)
      select 0, poll_id, option_id, count(*), max(accepted_at) from votes group by poll_id, option_id;`;
  await stack.sql(statements, undefined, 180_000);
  // Autovacuum would do this later, possibly during a measurement.
  await stack.sql('vacuum analyze votes', undefined, 120_000);
  await stack.sql('checkpoint', undefined, 60_000);
  const { body } = answered(await stack.invoke('fetch-results'));
  const { total } = JSON.parse(body) as { total: number };
  if (total !== votes) throw new Error(`${stack.name} counts ${total} votes, not ${votes}`);
}
