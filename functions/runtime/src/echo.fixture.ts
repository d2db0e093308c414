// A function for tests: does what its event says.
import { setTimeout as pause } from 'node:timers/promises';
import { CallerError, serve } from './serve.ts';

interface Orders {
  log?: string;
  fail?: string;
  callersFault?: string;
  pauseMs?: number;
}

serve({
  async connect() {
    const refusal = process.argv[2];
    if (refusal) throw new Error(refusal);
    return { echoed: 0 };
  },
  warm: async () => console.log('warming'),
  async handle(event, context, resources) {
    const { log, fail, callersFault, pauseMs } = event as Orders;
    if (pauseMs) await pause(pauseMs);
    if (log) console.warn(log, { and: 'more' });
    if (fail) throw new TypeError(fail);
    if (callersFault) throw new CallerError(callersFault);
    resources.echoed++;
    const { acceptedAt, deadlineMs, traceparent } = context;
    return { event, acceptedAt: String(acceptedAt), deadlineMs, traceparent };
  },
  disconnect: async ({ echoed }) => console.log(`disconnected after ${echoed}`),
});
