import { answered } from '../answered.ts';
import type { Bench } from '../bench.ts';
import type { Answer } from '../http-endpoint.ts';
import { arrivals, openLoop } from '../open-loop.ts';
import { numbers } from '../statistics.ts';
import { newVote } from '../voting-stack.ts';

/** The endpoints, by the names of their series. */
export const waysAt = (rate: number) => ({
  baseline: `${rate} votes/s: baseline`,
  invoke: `${rate} votes/s: Invoke API`,
  page: `${rate} votes/s: vote page`,
});

const FORM = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };

/** An open loop at each rate: votes arrive at random moments, whether or not earlier ones have been answered. */
export async function rates(bench: Bench): Promise<void> {
  const { warm, baseline, plan, measured, catalog, progress, failed, signal } = bench;
  const random = numbers(1);
  for (const rate of plan.open.rates) {
    const names = waysAt(rate);
    const durationMs = Math.max(plan.open.durationMs, (1000 * plan.open.votes) / rate);
    const ways: [string, () => Promise<Answer>][] = [
      [names.baseline, () => baseline.vote('pool')],
      [names.invoke, () => warm.invoke('record-vote', newVote())],
      [names.page, () => warm.gateway.post('/vote', 'choice=cats', FORM)],
    ];
    for (const [name, send] of ways) {
      progress(name);
      try {
        const isReady = (found: Record<string, number>) =>
          (found['record-vote prewarmed'] ?? 0) >= catalog.functions['record-vote'].warmPool &&
          (found['web ready'] ?? 0) > 0;
        await warm.settle('prewarmed containers and web are ready', isReady, () => warm.gateway.send('/'));
        const sent = await openLoop(arrivals(rate, durationMs, random), send, signal);
        const kinds = sent.map(({ answer }) => answered(answer).headers['x-start-kind']);
        measured.series[name] = { samples: sent.map(({ latencyMs }) => latencyMs), discarded: 0 };
        measured.facts[`${name}, warm`] = kinds.filter((kind) => kind === 'warm').length / kinds.length;
        measured.facts[`${name}, cold`] = kinds.filter((kind) => kind === 'cold').length / kinds.length;
      } catch (error) {
        failed(name, error instanceof Error ? error.message : String(error));
      }
    }
  }
}
