import { Counter, Gauge, type Registry } from 'prom-client';
import type { AsyncEvents } from '../async/async-events.ts';
import type { HttpService } from '../gateway/http-service.ts';
import type { ReplicaState } from '../gateway/replica.ts';
import type { FunctionPool } from '../invoke/function-pool.ts';
import type { StartLimiter } from '../model/start-limiter.ts';
import type { Condition } from '../sandbox/sandbox.ts';

/** Every state, by type: a gauge sets all of them each time, so that no container is counted where it was once seen. */
const NO_SANDBOXES: Record<Condition, number> = { starting: 0, prewarmed: 0, serving: 0, idle: 0, leaving: 0, gone: 0 };
const NO_REPLICAS: Record<Exclude<ReplicaState['kind'], 'resting'>, number> = {
  starting: 0,
  ready: 0,
  draining: 0,
  gone: 0,
};

/** What is looked at whenever Prometheus asks, and costs nothing until then. */
export interface ObservedParts {
  pools: readonly FunctionPool[];
  web: Pick<HttpService, 'replicas' | 'requests' | 'limit'>;
  limiter: Pick<StartLimiter, 'places' | 'inProgress' | 'waiting'>;
  asyncEvents: Pick<AsyncEvents, 'queues'>;
  /** Containers that should be gone, and that the engine has not removed. */
  overdue: () => number;
  /** Open streams of results. */
  viewers: () => number;
  /** Whether the database takes connections now, and is prepared. */
  databaseAnswers: () => Promise<boolean>;
}

type Samples = [labels: Record<string, string>, value: number][];

/** Registers what is read from the parts themselves. */
export function registerGauges(registry: Registry, parts: ObservedParts): void {
  const { pools, web, limiter } = parts;
  const registers = [registry];
  const gauges = (name: string, help: string, labelNames: string[], read: () => Samples) =>
    new Gauge({
      ...{ name, help, labelNames, registers },
      collect() {
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        this.set(await read());
      },
    });
  /** A count that somebody else keeps. */
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      ...{ name, help, registers },
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const ofPools = (label: string, value: (pool: FunctionPool) => number): Samples =>
    pools.map((pool) => [{ [label]: pool.name }, value(pool)]);

  gauges('invocations_waiting', 'Events that wait for a container', ['function'], () =>
    ofPools('function', ({ waiting }) => waiting),
  );
  gauges('invocations_waiting_limit', 'Events that may wait; more are throttled', ['function'], () =>
    ofPools('function', ({ entry }) => entry.queue.events),
  );
  gauges('async_events', 'Asynchronous events in the queue by state', ['function', 'state'], () => byState(parts));
  gauges('containers', 'On-demand containers by state', ['name', 'state'], () => containersByState(parts));
  gauges('containers_limit', 'On-demand containers that may run at once', ['name'], () => [
    ...ofPools('name', ({ entry }) => entry.concurrency),
    [{ name: 'web' }, web.limit],
  ]);
  gauge('containers_overdue', 'Containers that should be gone, and that the engine has not removed yet', parts.overdue);
  gauge('container_starts_in_progress', 'Containers that are being started', () => limiter.inProgress);
  gauge('container_starts_waiting', 'Starts that wait for others to end', () => limiter.waiting);
  gauge('container_starts_limit', 'Starts that may be in progress at once', () => limiter.places);
  gauge(
    'web_replicas',
    'Containers of the web front end that take requests',
    () => web.replicas.filter(({ state }) => state.kind === 'ready').length,
  );
  gauge('web_requests_in_flight', 'Requests that web is answering', () =>
    web.replicas.reduce((sum, { inFlight }) => sum + inFlight, 0),
  );
  gauge('results_viewers', 'Open streams of results', parts.viewers);
  gauge('database_up', 'Whether the database takes connections and is prepared', async () =>
    Number(await parts.databaseAnswers()),
  );
  gauge('process_resident_memory_bytes', 'Memory that the launcher has', () => process.memoryUsage.rss());
  gauge('process_start_time_seconds', 'When the launcher was started, in seconds since 1970', () =>
    Math.round(performance.timeOrigin / 1000),
  );
  counter('web_requests_total', 'Requests that were handed to web', () => web.requests);
  counter('process_cpu_seconds_total', 'CPU time that the launcher has used', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

function byState({ asyncEvents }: ObservedParts): Samples {
  return asyncEvents.queues.flatMap(({ name, unfinished, running, dead }) => {
    const states = { waiting: Math.max(0, unfinished - running), running, dead };
    return Object.entries(states).map(([state, events]): Samples[number] => [{ function: name, state }, events]);
  });
}

function containersByState({ pools, web }: ObservedParts): Samples {
  const count = <State extends string>(name: string, none: Record<State, number>, found: State[]): Samples => {
    const counts = { ...none };
    for (const state of found) counts[state] += 1;
    return Object.entries<number>(counts).map(([state, containers]) => [{ name, state }, containers]);
  };
  const states = web.replicas.map(({ state }) => (state.kind === 'resting' ? 'draining' : state.kind));
  const sandboxes = pools.flatMap(({ name, fleet }) => {
    const conditions = Array.from(fleet, ({ condition }) => condition);
    return count(name, NO_SANDBOXES, conditions);
  });
  return [...sandboxes, ...count('web', NO_REPLICAS, states)];
}
