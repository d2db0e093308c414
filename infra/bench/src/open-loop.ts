import { setTimeout as pause } from 'node:timers/promises';

/** When somebody comes, as milliseconds from the start: at random, independently of each other, so many a second (a Poisson process). */
export function arrivals(rate: number, durationMs: number, random: () => number): number[] {
  const times: number[] = [];
  const gap = () => (-Math.log(1 - random()) / rate) * 1000;
  for (let at = gap(); at < durationMs; at += gap()) times.push(at);
  return times;
}

/**
 * Sends at the given times, whether or not earlier ones have been answered: an open loop. Latency counts from the moment when it was
 * due, so that a sender that is held up does not hide what the others would have seen.
 */
export async function openLoop<Answer>(
  times: readonly number[],
  send: () => Promise<Answer>,
  signal: AbortSignal,
): Promise<{ latencyMs: number; answer: Answer }[]> {
  const began = performance.now();
  const sent: Promise<{ latencyMs: number; answer: Answer }>[] = [];
  for (const at of times) {
    await pause(Math.max(0, began + at - performance.now()));
    if (signal.aborted) break;
    sent.push(send().then((answer) => ({ latencyMs: performance.now() - began - at, answer })));
  }
  return Promise.all(sent);
}
