import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import { median } from '../statistics.ts';
import { residentMb } from '../usage.ts';

/** Votes one after another, without a pause: the growth of the launcher's memory. */
export async function inARow({ warm, catalog, plan, measured, progress, signal }: Bench): Promise<void> {
  const { votes, settled, every } = plan.inARow;
  await warm.prewarmed('record-vote', catalog.functions['record-vote'].warmPool);
  const launcher = await warm.permanent('launcher');
  const latencies: number[] = [];
  const memory: { votes: number; mb: number }[] = [];
  for (let sent = 0; sent < votes; sent += 1) {
    signal.throwIfAborted();
    latencies.push(answered(await warm.vote()).totalMs);
    if ((sent + 1) % every !== 0) continue;
    progress(`${sent + 1} of ${votes} votes one after another`);
    memory.push({ votes: sent + 1, mb: await residentMb(launcher) });
  }
  measured.series['votes in a row'] = { samples: latencies, discarded: 0 };
  measured.details['launcher memory'] = memory;

  // The first and the last fifth after settling: a median is robust against garbage collections, not against a leak.
  const after = memory.filter((point) => point.votes > settled).map(({ mb }) => mb);
  const fifth = Math.max(1, Math.floor(after.length / 5));
  measured.facts['launcher memory settled'] = median(after.slice(0, fifth));
  measured.facts['launcher memory growth'] = median(after.slice(-fifth)) - median(after.slice(0, fifth));
}
