import { Counter, Gauge, type Registry } from 'prom-client';
import type { AsyncEvents } from '../async/async-events.ts';
import type { HttpService } from '../gateway/http-service.ts';
import type { ReplicaState } from '../gateway/replica.ts';
import type { FunctionPool } from '../invoke/function-pool.ts';
import type { StartLimiter } from '../model/start-limiter.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** Every state, by type: a gauge sets all of them each time, so that no container is counted where it was once seen. */
const NO_SANDBOXES: Record<Sandbox['condition'], 0> = {
  starting: 0,
  prewarmed: 0,
  serving: 0,
  idle: 0,
  leaving: 0,
  gone: 0,
};
const NO_REPLICAS: Record<Exclude<ReplicaState['kind'], 'resting'>, 0> = {
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

/** Registers what is read from the parts themselves. */
export function gauges(
  registry: Registry,
  { pools, web, limiter, asyncEvents, overdue, viewers, databaseAnswers }: ObservedParts,
): void {
  const registers = [registry];
  const gauge = <T extends string>(
    name: string,
    help: string,
    labelNames: T[],
    collect: (gauge: Gauge<T>) => void | Promise<void>,
  ) =>
    new Gauge<T>({
      ...{ name, help, labelNames, registers },
      collect() {
        return collect(this);
      },
    });

  gauge('invocations_waiting', 'Events that wait for a container', ['function'], (waiting) => {
    for (const pool of pools) waiting.set({ function: pool.name }, pool.waiting);
  });
  gauge('invocations_waiting_limit', 'Events that may wait; more are turned away', ['function'], (limit) => {
    for (const { name, entry } of pools) limit.set({ function: name }, entry.queue.events);
  });
  gauge('async_events', 'Asynchronous events in the queue by state', ['function', 'state'], (events) => {
    for (const { name, unfinished, running, dead } of asyncEvents.queues) {
      events.set({ function: name, state: 'waiting' }, Math.max(0, unfinished - running));
      events.set({ function: name, state: 'running' }, running);
      events.set({ function: name, state: 'dead' }, dead);
    }
  });
  gauge('containers', 'On-demand containers by state', ['name', 'state'], (containers) => {
    const setAll = <State extends string>(name: string, none: Record<State, 0>, found: readonly State[]) => {
      for (const state of Object.keys(none)) containers.set({ name, state }, 0);
      for (const state of found) containers.inc({ name, state });
    };
    for (const { name, fleet } of pools) {
      const conditions = Array.from(fleet, ({ condition }) => condition);
      setAll(name, NO_SANDBOXES, conditions);
    }
    const states = web.replicas.map(({ state }) => (state.kind === 'resting' ? 'draining' : state.kind));
    setAll('web', NO_REPLICAS, states);
  });
  gauge('containers_limit', 'On-demand containers that may run at once', ['name'], (limit) => {
    for (const { name, entry } of pools) limit.set({ name }, entry.concurrency);
    limit.set({ name: 'web' }, web.limit);
  });
  gauge('containers_overdue', 'Containers that should be gone, and that the engine has not removed yet', [], (late) => {
    late.set(overdue());
  });
  gauge('container_starts_in_progress', 'Containers that are being started', [], (starts) => {
    starts.set(limiter.inProgress);
  });
  gauge('container_starts_waiting', 'Starts that wait for others to end', [], (starts) => starts.set(limiter.waiting));
  gauge('container_starts_limit', 'Starts that may be in progress at once', [], (starts) => starts.set(limiter.places));
  gauge('web_replicas', 'Containers of the web front end that take requests', [], (replicas) => {
    replicas.set(web.replicas.filter(({ state }) => state.kind === 'ready').length);
  });
  gauge('web_requests_in_flight', 'Requests that web is answering', [], (requests) => {
    requests.set(web.replicas.reduce((sum, { inFlight }) => sum + inFlight, 0));
  });
  gauge('results_viewers', 'Open streams of results', [], (open) => open.set(viewers()));
  gauge('database_up', 'Whether the database takes connections and is prepared', [], async (up) => {
    up.set((await databaseAnswers()) ? 1 : 0);
  });
  gauge('process_resident_memory_bytes', 'Memory that the launcher has', [], (memory) => {
    memory.set(process.memoryUsage.rss());
  });
  gauge('process_start_time_seconds', 'When the launcher was started, in seconds since 1970', [], (start) => {
    start.set(Math.round(performance.timeOrigin / 1000));
  });
  counter(registry, 'web_requests_total', 'Requests that were handed to web', () => web.requests);
  counter(registry, 'process_cpu_seconds_total', 'CPU time that the launcher has used', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

/** A count that somebody else keeps. */
function counter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    ...{ name, help, registers: [registry] },
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}
