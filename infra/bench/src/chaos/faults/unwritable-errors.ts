import { until } from '../../until.ts';
import type { Fault } from '../fault.ts';

const EVENT = { 'x-amz-invocation-type': 'Event' };
/** More than a function's concurrent events: if they got stuck, no other event would run. */
const EVENTS = 40;
/** On a busy machine some are throttled and retried. */
const ACCEPTED_MS = 30_000;
/** Three attempts, with pauses of up to four and eight seconds. */
const DEAD_MS = 90_000;

/** Asynchronous events whose errors contain what Postgres can't store as JSON: half a character, NUL. */
export const unwritableErrors: Fault = {
  name: 'events whose errors can’t be written',
  async strike({ stack, signal }) {
    const at = Date.now();
    const texts = ['😀'.repeat(60), `x${'😀'.repeat(60)}`, '\ud83d', '\0'];
    const send = async (voterId: string | undefined) => {
      const event = JSON.stringify({ voterId, choice: 'cats' });
      const isAccepted = async () => {
        const path = '/2015-03-31/functions/record-vote/invocations';
        return (await stack.control.post(path, event, EVENT)).status === 202;
      };
      await until('an asynchronous event is accepted', isAccepted, { withinMs: ACCEPTED_MS, everyMs: 500, signal });
    };
    await Promise.all(Array.from({ length: EVENTS }, (_, i) => send(texts[i % texts.length])));
    const afterwards = async () => {
      const letters = async () => {
        const { status, body } = await stack.control.send('/dead-letters');
        return status === 200 ? (JSON.parse(body) as { total: number }).total : 0;
      };
      await until('all are dead letters', async () => (await letters()) >= EVENTS, {
        withinMs: DEAD_MS,
        everyMs: 250,
        signal,
      });
      await stack.control.send('/dead-letters', { method: 'DELETE' });
    };
    return { at, afterwards };
  },
};
