import { randomUUID } from 'node:crypto';
import { sum } from '../../metrics.ts';
import { until } from '../../until.ts';
import type { Fault, Scene } from '../fault.ts';
import { holdVotes } from '../hold-votes.ts';
import { killProcess } from '../kill.ts';

/** How many events are sent before the kill, none of which can be finished, and again during it. */
const EVENTS = 40;
const DONE_MS = 75_000;
export const EVENT = { 'x-amz-invocation-type': 'Event' };
export const DELAY = 'x-serverless-vote-delay-seconds';
const CHOICE = 'cats';

/** Asynchronous events that are queued or running when launcher and database are killed: the audit has to find each that got 202. */
export const asyncEvents: Fault = {
  name: 'asynchronous events, launcher and database kill -9',
  async strike(scene) {
    const both = await Promise.all((['launcher', 'database'] as const).map((name) => scene.stack.permanent(name)));
    const hold = await holdVotes(scene);
    try {
      const before = await invokeAsync(scene);
      if (before === 0) throw new Error('No asynchronous event was accepted, so none could be lost');
      const meanwhile = invokeAsync(scene);
      const at = await Promise.all(both.map(killProcess));
      if (at.includes(undefined)) throw new Error('Launcher or database had ended by itself');
      await meanwhile;
      return { at: Math.max(...at.map(Number)), afterwards: () => untilAllAreRun(scene) };
    } finally {
      await hold.release();
    }
  },
};

/** @returns how many of them were answered with 202 */
export async function invokeAsync({ load, stack }: Scene, count = EVENTS, delaySeconds = 0): Promise<number> {
  const path = '/2015-03-31/functions/record-vote/invocations';
  const accepted = Array.from({ length: count }, async () => {
    const id = randomUUID();
    const acknowledged = load.ledger.attempt({ id, cookie: undefined, attempts: [] }, CHOICE);
    const answer = await stack.control
      .post(path, JSON.stringify({ voterId: id, choice: CHOICE }), { ...EVENT, [DELAY]: `${delaySeconds}` })
      .catch(() => null);
    if (answer?.status !== 202) return false;
    acknowledged();
    return true;
  });
  return (await Promise.all(accepted)).filter(Boolean).length;
}

export async function untilAllAreRun({ stack, signal }: Scene): Promise<void> {
  const isDone = async () => {
    // A request for dead letters makes the launcher open its queue.
    const { status, body } = await stack.control.send('/dead-letters');
    if (status !== 200) return false;
    const { total } = JSON.parse(body) as { total: number };
    if (total > 0) throw new Error(`${total} asynchronous events became dead letters`);
    const metrics = await stack.metrics();
    const votes = { function: 'record-vote' };
    return ['later', 'waiting', 'running'].every((state) => sum(metrics, 'async_events', { ...votes, state }) === 0);
  };
  await until('the last asynchronous event', isDone, { withinMs: DONE_MS, everyMs: 100, signal });
}
