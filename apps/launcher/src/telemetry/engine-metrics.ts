import { DatabaseAway, type Engine } from '@serverless-vote/engine';
import { Counter, Histogram, type Registry } from 'prom-client';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
const OPERATIONS = ['start', 'stop', 'remove', 'list'] as const;

/** The same engine, its calls timed and its failures counted. A database that is away is no failure of the engine's. */
export function meterEngine(engine: Engine, registry: Registry): Engine {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'engine_request_seconds',
    help: 'Time that the engine took, by operation; a start is create, attach and start',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: 'engine_request_errors_total',
    help: 'Operations that the engine refused, failed or did not finish in time',
    labelNames: ['operation'],
    registers,
  });
  for (const operation of OPERATIONS) errors.inc({ operation }, 0);

  async function metered<T>(operation: (typeof OPERATIONS)[number], call: Promise<T>): Promise<T> {
    const end = seconds.startTimer({ operation });
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof DatabaseAway)) errors.inc({ operation });
      throw error;
    } finally {
      end();
    }
  }

  return {
    start: (spec) => metered('start', engine.start(spec)),
    stop: (sandboxId, graceMs) => metered('stop', engine.stop(sandboxId, graceMs)),
    remove: (sandboxId) => metered('remove', engine.remove(sandboxId)),
    list: () => metered('list', engine.list()),
    permanentMemory: () => engine.permanentMemory(),
  };
}
