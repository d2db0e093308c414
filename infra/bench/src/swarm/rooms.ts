import { answered } from '../answered.ts';
import type { Series } from '../interleave.ts';
import { arrivals, openLoop } from '../open-loop.ts';
import { numbers } from '../statistics.ts';
import { newVote, type VotingStack } from '../voting-stack.ts';
import { type Platform, roomRow, type Way } from './table.ts';

export interface RoomPlan {
  rates: readonly number[];
  durationMs: number;
}

interface Told {
  progress: (text: string) => void;
  failed: (row: string, why: string) => void;
  signal: AbortSignal;
}

const FORM = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
const WAYS: [Way, (stack: VotingStack) => ReturnType<VotingStack['vote']>][] = [
  ['Invoke API', (stack) => stack.invoke('record-vote', newVote())],
  ['vote page', (stack) => stack.gateway.post('/vote', 'choice=cats', FORM)],
];

/** The open loop of `make bench` on each platform in turns: votes arrive at random moments, whether or not earlier ones have been answered. */
export async function rooms(
  platforms: readonly [Platform, VotingStack][],
  { rates, durationMs }: RoomPlan,
  { progress, failed, signal }: Told,
): Promise<Record<string, Series>> {
  const series: Record<string, Series> = {};
  const random = numbers(1);
  for (const rate of rates) {
    for (const [way, send] of WAYS) {
      for (const [platform, stack] of platforms) {
        const name = `${platform}: ${roomRow(rate, way)}`;
        progress(name);
        try {
          // Starts web and, with it, the warm pool.
          await stack.gateway.send('/');
          answered(await send(stack));
          const sent = await openLoop(arrivals(rate, durationMs, random), () => send(stack).then(answered), signal);
          series[name] = { samples: sent.map(({ latencyMs }) => latencyMs), discarded: 0 };
        } catch (error) {
          failed(name, error instanceof Error ? error.message : String(error));
        }
      }
    }
  }
  return series;
}
