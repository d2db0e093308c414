import { Counter, Gauge, type Registry } from 'prom-client';
import type { AsyncEvents } from '../async/async-events.ts';
import type { HttpService } from '../gateway/http-service.ts';
import type { ReplicaState } from '../gateway/replica.ts';
import type { FunctionPool } from '../invoke/function-pool.ts';
import type { StartLimiter } from '../model/start-limiter.ts';
import type { Condition } from '../sandbox/sandbox.ts';

/** What is read whenever Prometheus asks; between its requests this costs nothing. */
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
type Read<Value> = (parts: ObservedParts) => Value;
type Row = [help: string, read: Read<number | Promise<number> | Samples>, ...labels: string[]];

const perFunction = (help: string, value: (pool: FunctionPool) => number): Row => [
  help,
  ({ pools }) => pools.map((pool) => [{ function: pool.name }, value(pool)]),
  'function',
];

/** By name: help text, how it is read, and labels. */
const GAUGES: Record<string, Row> = {
  invocations_waiting: perFunction('Events that wait for a container', ({ waiting }) => waiting),
  invocations_waiting_limit: perFunction('Events that may wait; more are throttled', ({ entry }) => entry.queue.events),
  async_events: ['Asynchronous events in the queue by state', asyncEventsByState, 'function', 'state'],
  containers: ['On-demand containers by state', containersByState, 'name', 'state'],
  containers_limit: ['On-demand containers that may run at once', containersLimit, 'name'],
  containers_overdue: ['Containers that the engine should have removed but has not', ({ overdue }) => overdue()],
  container_starts_in_progress: ['Containers that are being started', ({ limiter }) => limiter.inProgress],
  container_starts_waiting: ['Starts that wait for others to end', ({ limiter }) => limiter.waiting],
  container_starts_limit: ['Starts that may be in progress at once', ({ limiter }) => limiter.places],
  web_replicas: [
    'Containers of web that take requests',
    ({ web }) => web.replicas.filter(({ state }) => state.kind === 'ready').length,
  ],
  web_requests_in_flight: [
    'Requests that web is answering',
    ({ web }) => web.replicas.reduce((sum, { inFlight }) => sum + inFlight, 0),
  ],
  results_viewers: ['Open streams of results', ({ viewers }) => viewers()],
  database_up: [
    'Whether the database accepts connections and is prepared',
    async ({ databaseAnswers }) => Number(await databaseAnswers()),
  ],
  // prom-client's own process metrics would bring an event-loop monitor that wakes an idle launcher 100 times a second.
  process_resident_memory_bytes: ['Memory that the launcher has', () => process.memoryUsage.rss()],
  process_start_time_seconds: [
    'When the launcher was started, in seconds since 1970',
    () => Math.round(performance.timeOrigin / 1000),
  ],
};

/** Counters that are kept elsewhere. */
const COUNTERS: Record<string, [help: string, read: Read<number>]> = {
  web_requests_total: ['Requests that were handed to web', ({ web }) => web.requests],
  process_cpu_seconds_total: ['CPU time that the launcher has used', cpuSeconds],
};

/** Registers what is read from the parts themselves. */
export function registerGauges(registry: Registry, parts: ObservedParts): void {
  const registers = [registry];
  for (const [name, [help, read, ...labelNames]] of Object.entries(GAUGES))
    new Gauge({
      ...{ name, help, labelNames, registers },
      async collect() {
        const found = await read(parts);
        for (const [labels, value] of Array.isArray(found) ? found : [[{}, found] as const]) this.set(labels, value);
      },
    });
  for (const [name, [help, read]] of Object.entries(COUNTERS))
    new Counter({
      ...{ name, help, registers },
      collect() {
        this.reset();
        this.inc(read(parts));
      },
    });
}

function asyncEventsByState({ asyncEvents }: ObservedParts): Samples {
  return asyncEvents.queues.flatMap(({ name, unfinished, running, dead }) => {
    const states = { waiting: Math.max(0, unfinished - running), running, dead };
    return Object.entries(states).map(([state, events]): Samples[number] => [{ function: name, state }, events]);
  });
}

/** Every state is set each time, so that no container is counted where it was once seen. */
function containersByState({ pools, web }: ObservedParts): Samples {
  const none: Record<Condition, 0> = { starting: 0, prewarmed: 0, serving: 0, idle: 0, leaving: 0, gone: 0 };
  const noReplica: Record<Exclude<ReplicaState['kind'], 'resting'>, 0> = {
    starting: 0,
    ready: 0,
    draining: 0,
    gone: 0,
  };
  const count = <State extends string>(name: string, states: Record<State, 0>, found: readonly State[]): Samples =>
    Object.keys(states).map((state) => [{ name, state }, found.filter((each) => each === state).length]);
  const conditions = ({ fleet }: FunctionPool) => Array.from(fleet, ({ condition }) => condition);
  const kinds = web.replicas.map(({ state }) => (state.kind === 'resting' ? 'draining' : state.kind));
  return [...pools.flatMap((pool) => count(pool.name, none, conditions(pool))), ...count('web', noReplica, kinds)];
}

function containersLimit({ pools, web }: ObservedParts): Samples {
  return [
    ...pools.map(({ name, entry }): Samples[number] => [{ name }, entry.concurrency]),
    [{ name: 'web' }, web.limit],
  ];
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
