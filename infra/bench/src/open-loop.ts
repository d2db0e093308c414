import { setTimeout as pause } from 'node:timers/promises';

/** Arrival times in milliseconds from the start: a Poisson process with this rate per second. */
export function arrivals(rate: number, durationMs: number, random: () => number): number[] {
  const times: number[] = [];
  const gap = () => (-Math.log(1 - random()) / rate) * 1000;
  for (let at = gap(); at < durationMs; at += gap()) times.push(at);
  return times;
}

/**
 * Sends at the given times, whether or not earlier requests have been answered: an open loop. Latency counts from the moment when a
 * request was due, so that a delayed sender doesn't hide latency (coordinated omission).
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
    const measured = send().then((answer) => ({ latencyMs: performance.now() - began - at, answer }));
    // A failure is the caller's to hear of, at the end, and not the process's before that.
    measured.catch(() => undefined);
    sent.push(measured);
  }
  return Promise.all(sent);
}
