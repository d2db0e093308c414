import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { numbers } from './numbers.ts';
import { operator } from './operator.ts';
import { type Answer, controlUrl, follow, invoke } from './stack.ts';

/** An event that a container has in flight. */
export interface Running {
  answer: Promise<Answer>;
  containerId: string;
  /** Resolves with the container that has it after the given retry; `times` counts from 1. */
  runningAgain(times: number): Promise<string>;
}

/** Invokes a function, and waits until a container has its event. */
export async function running(name: string, event: object): Promise<Running> {
  const bus = await follow(controlUrl, '/events');
  const traceId = randomBytes(16).toString('hex');
  const answer = invoke(name, event, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
  // Its answer, which names its container, may arrive before the event bus's last lines have been read.
  let answeredBy: string | undefined;
  void answer
    .then(
      ({ headers }) => headers['x-container-id'],
      () => undefined,
    )
    .then((containerId = '') => {
      answeredBy = containerId;
      bus.leave();
    });
  const runs = new RegExp(`"type":"invocation.running"[^\\n]*${traceId}[^\\n]*"containerId":"([0-9a-f]{12})"`, 'g');
  const containers = () => [...bus.text().matchAll(runs)].map(([, containerId = '']) => containerId);
  const isRunning = async (times: number) => {
    const isOver = () => containers().length >= times || answeredBy !== undefined;
    await expect.poll(isOver, { interval: 20 }).toBe(true);
    return containers()[times - 1] ?? answeredBy ?? '';
  };
  return { answer, containerId: await isRunning(1), runningAgain: (times) => isRunning(times + 1) };
}

/** An event that its function holds until `release`, which takes the container if that is no longer the first one. */
export async function hold(name: string): Promise<Running & { release(containerId?: string): Promise<void> }> {
  const held = await running(name, { do: 'hold' });
  return { ...held, release: (containerId = held.containerId) => operator.release(containerId) };
}

/** A line of Python that holds an event until `letGo`; the program has blocked the signal from its start. */
export const HOLD = 'signal.sigwait({signal.SIGCONT})';

/** Releases an event that is held by a line of Python; again and again, since a program that is still starting misses the signal. */
export async function letGo({ answer }: Running, containerId: string): Promise<Answer> {
  const releasing = setInterval(() => operator.release(containerId).catch(() => undefined), 200);
  return answer.finally(() => clearInterval(releasing));
}

export const waitingFor = async (name: string): Promise<number> =>
  (await numbers())('invocations_waiting', { function: name });

/** A function whose only container holds an event, and whose queue is full. */
export async function fullQueue(): Promise<{ name: string; release(): Promise<Answer[]> }> {
  const name = 'misbehave-in-a-short-queue';
  const held = await hold(name);
  const waiting = [invoke(name), invoke(name)];
  await expect.poll(() => waitingFor(name)).toBe(2);
  const release = async () => {
    await held.release();
    return Promise.all([held.answer, ...waiting]);
  };
  return { name, release };
}
