// A function for tests that does what its event says. If it holds its event, it reports that, and SIGTERM; SIGCONT continues it.
import { once } from 'node:events';
import { CallerError, serve } from './serve.ts';

interface Orders {
  log?: string;
  fail?: string;
  callersFault?: string;
  hold?: boolean;
}

serve({
  async connect() {
    const refusal = process.argv[2];
    if (refusal) throw new Error(refusal);
    return { echoed: 0 };
  },
  warm: async () => console.log('warming'),
  async handle(event, context, resources) {
    const { log, fail, callersFault, hold } = event as Orders;
    if (hold) {
      const released = once(process, 'SIGCONT');
      process.once('SIGTERM', () => console.log('got SIGTERM'));
      console.log('holding');
      await released;
    }
    if (log) console.warn(log, { and: 'more' });
    if (fail) throw new TypeError(fail);
    if (callersFault) throw new CallerError(callersFault);
    resources.echoed++;
    const { acceptedAt, deadlineMs, traceparent } = context;
    return { event, acceptedAt: String(acceptedAt), deadlineMs, traceparent };
  },
  disconnect: async ({ echoed }) => console.log(`disconnected after ${echoed}`),
});
