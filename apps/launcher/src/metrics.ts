import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Feed } from './feed.ts';
import type { Pool } from './pool.ts';
import type { Replica } from './replica.ts';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the launcher does, in numbers for Prometheus: counted from the feed, gauges read when asked. */
export class Metrics {
  readonly #registry = new Registry();

  constructor(feed: Feed) {
    const registers = [this.#registry];
    const invocations = new Counter({
      name: 'invocations_total',
      help: 'Invocations by function, start kind and outcome',
      labelNames: ['function', 'start_kind', 'outcome'],
      registers,
    });
    const phases = new Histogram({
      name: 'invocation_phase_seconds',
      help: 'Time that invocations paid for, by phase',
      labelNames: ['function', 'phase'],
      buckets: BUCKETS,
      registers,
    });
    const duration = new Histogram({
      name: 'invocation_seconds',
      help: 'Time from acceptance to answer',
      labelNames: ['function', 'start_kind'],
      buckets: BUCKETS,
      registers,
    });
    const retries = new Counter({
      name: 'invocation_retries_total',
      help: 'Events tried again because their container died',
      labelNames: ['function'],
      registers,
    });
    const started = new Counter({
      name: 'containers_started_total',
      help: 'Containers started',
      labelNames: ['name'],
      registers,
    });
    const removed = new Counter({
      name: 'containers_removed_total',
      help: 'Containers removed, by exit status',
      labelNames: ['name', 'exit_status'],
      registers,
    });
    const failed = new Counter({
      name: 'container_failures_total',
      help: 'Starts and removals that failed',
      labelNames: ['name'],
      registers,
    });
    feed.subscribe((event) => {
      if (event.type === 'container.started') started.inc({ name: event.name });
      else if (event.type === 'container.gone')
        removed.inc({
          name: event.name,
          exit_status: event.exit.kind === 'exited' ? event.exit.exitCode : 'unknown',
        });
      else if (event.type === 'container.failed') failed.inc({ name: event.name });
      else if (event.type === 'invocation.retried') retries.inc({ function: event.name });
      else if (event.type === 'invocation.finished') {
        const startKind = event.startKind ?? 'none';
        invocations.inc({ function: event.name, start_kind: startKind, outcome: event.outcome });
        duration.observe({ function: event.name, start_kind: startKind }, event.totalMs / 1000);
        for (const [phase, ms] of Object.entries(event.phases))
          phases.observe({ function: event.name, phase }, ms / 1000);
      }
    });
  }

  /** Gauges, read from the parts themselves whenever Prometheus asks. */
  observe(parts: { pools: readonly Pool[]; replicas: () => readonly Replica[]; viewers: () => number }): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'invocations_waiting',
      help: 'Events that wait for a container',
      labelNames: ['function'],
      registers,
      collect() {
        for (const pool of parts.pools) this.set({ function: pool.name }, pool.waiting);
      },
    });
    new Gauge({
      name: 'containers',
      help: 'On-demand containers of functions by state',
      labelNames: ['name', 'state'],
      registers,
      collect() {
        this.reset();
        for (const pool of parts.pools)
          for (const { condition } of pool.fleet) this.inc({ name: pool.name, state: condition });
        for (const replica of parts.replicas()) this.inc({ name: 'web', state: replica.state });
      },
    });
    new Gauge({
      name: 'results_viewers',
      help: 'Open streams of results',
      registers,
      collect() {
        this.set(parts.viewers());
      },
    });
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
