import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AsyncEvents } from '../async/async-events.ts';
import type { HttpService } from '../gateway/http-service.ts';
import type { FunctionPool } from '../invoke/function-pool.ts';
import type { StartLimiter } from '../model/start-limiter.ts';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ENGINE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** By name: help text and labels. docs/monitoring.md explains each. */
const COUNTERS = {
  invocations_total: ['Invocations by function, start kind and outcome', 'function', 'start_kind', 'outcome'],
  invocation_retries_total: ['Events retried because their container died', 'function'],
  async_events_total: ['Asynchronous events: accepted, failed attempts, done, dead', 'function', 'outcome'],
  containers_started_total: ['Containers started', 'name'],
  containers_removed_total: ['Containers removed, by exit status', 'name', 'exit_status'],
  container_failures_total: ['Starts and removals that failed', 'name'],
  containers_leaked_total: [
    'Unknown containers of this stack that the sweep removed, at start or while running',
    'found',
  ],
  results_runs_total: ['Computations of a result stream', 'stream', 'outcome'],
  engine_request_errors_total: ['Operations that the engine refused, failed or did not finish in time', 'operation'],
  gateway_function_invocation_total: ['Invocations, by the name that OpenFaaS uses', 'function_name', 'code'],
} satisfies Record<string, [help: string, ...labels: string[]]>;

/** By name: buckets (prom-client's own are those of Go's client, which OpenFaaS uses), help text and labels. */
const HISTOGRAMS = {
  invocation_seconds: [BUCKETS, 'Time from acceptance to answer', 'function', 'start_kind'],
  invocation_phase_seconds: [BUCKETS, 'Duration of each phase that an invocation waited for', 'function', 'phase'],
  results_fanout_seconds: [BUCKETS, 'Time from a change until its result was sent to all viewers', 'stream'],
  engine_request_seconds: [ENGINE_BUCKETS, 'Duration of engine calls; start is create, attach and start', 'operation'],
  gateway_functions_seconds: [undefined, 'Duration of invocations, by the name that OpenFaaS uses', 'function_name'],
} satisfies Record<string, [buckets: number[] | undefined, help: string, ...labels: string[]]>;

export const countersIn = (registry: Registry): Record<keyof typeof COUNTERS, Counter> =>
  register(COUNTERS, (name, [help, ...labelNames]) => new Counter({ name, help, labelNames, registers: [registry] }));

export const histogramsIn = (registry: Registry): Record<keyof typeof HISTOGRAMS, Histogram> =>
  register(HISTOGRAMS, (name, [buckets, help, ...labelNames]) => {
    return new Histogram({ name, help, labelNames, registers: [registry], ...(buckets && { buckets }) });
  });

const register = <Name extends string, Row, Metric>(
  table: Record<Name, Row>,
  make: (name: string, row: Row) => Metric,
) =>
  Object.fromEntries(Object.entries<Row>(table).map(([name, row]) => [name, make(name, row)])) as Record<Name, Metric>;

/** Values that are read when Prometheus scrapes; between scrapes they cost nothing. */
export interface ObservedParts {
  pools: readonly FunctionPool[];
  web: Pick<HttpService, 'replicas' | 'requests'>;
  /** Web and all others. */
  services: readonly Pick<HttpService, 'name' | 'replicas' | 'limit'>[];
  limiter: Pick<StartLimiter, 'places' | 'inProgress' | 'waiting'>;
  asyncEvents: Pick<AsyncEvents, 'queues'>;
  /** Containers that should be gone but that the engine has not removed. */
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

/** By name: help text, how to read the value, and labels. */
const GAUGES: Record<string, Row> = {
  invocations_waiting: perFunction('Events that wait for a container', ({ waiting }) => waiting),
  invocations_waiting_limit: perFunction('Events that may wait; more are throttled', ({ entry }) => entry.queue.events),
  async_events: ['Asynchronous events in the queue by state', asyncEventsByState, 'function', 'state'],
  containers: ['On-demand containers by state', containersByState, 'name', 'state'],
  containers_limit: ['On-demand containers that may run at the same time', containersLimit, 'name'],
  containers_overdue: ['Containers that the engine should have removed but has not', ({ overdue }) => overdue()],
  container_starts_in_progress: ['Containers that are being started', ({ limiter }) => limiter.inProgress],
  container_starts_waiting: ['Starts that wait for their turn', ({ limiter }) => limiter.waiting],
  container_starts_limit: ['Starts that may be in progress at the same time', ({ limiter }) => limiter.places],
  web_replicas: [
    'Replicas of web that accept requests',
    ({ web }) => web.replicas.filter(({ state }) => state.kind === 'ready').length,
  ],
  web_requests_in_flight: [
    'Requests in flight at web',
    ({ web }) => web.replicas.reduce((sum, { inFlight }) => sum + inFlight, 0),
  ],
  results_viewers: ['Open streams of results', ({ viewers }) => viewers()],
  database_up: [
    'Whether the database accepts connections and is prepared',
    async ({ databaseAnswers }) => Number(await databaseAnswers()),
  ],
  // prom-client's own process metrics include an event-loop monitor that wakes an idle launcher 100 times a second.
  process_resident_memory_bytes: ['Resident memory of the launcher', () => process.memoryUsage.rss()],
  process_start_time_seconds: [
    'When the launcher was started, in seconds since 1970',
    () => Math.round(performance.timeOrigin / 1000),
  ],
};

/** Counters that are kept elsewhere. */
const READ_COUNTERS: Record<string, [help: string, read: Read<number>]> = {
  web_requests_total: ['Requests passed to web', ({ web }) => web.requests],
  process_cpu_seconds_total: ['CPU time of the launcher', cpuSeconds],
};

/** Registers the metrics that are read from the parts themselves. */
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
  for (const [name, [help, read]] of Object.entries(READ_COUNTERS))
    new Counter({
      ...{ name, help, registers },
      collect() {
        this.reset();
        this.inc(read(parts));
      },
    });
}

function asyncEventsByState({ asyncEvents }: ObservedParts): Samples {
  return asyncEvents.queues.flatMap(({ name, unfinished, later, running, dead }) => {
    const states = { later, waiting: Math.max(0, unfinished - running - later), running, dead };
    return Object.entries(states).map(([state, events]): Samples[number] => [{ function: name, state }, events]);
  });
}

/** Sets every state on each scrape, so that a container isn't counted in a state that it has left. */
function containersByState({ pools, services }: ObservedParts): Samples {
  const none = { starting: 0, prewarmed: 0, serving: 0, idle: 0, leaving: 0, gone: 0 } as const;
  const noReplica = { starting: 0, ready: 0, draining: 0, gone: 0 } as const;
  const count = <State extends string>(name: string, states: Record<State, 0>, found: readonly State[]): Samples =>
    Object.keys(states).map((state) => [{ name, state }, found.filter((each) => each === state).length]);
  const conditions = ({ fleet }: FunctionPool) => Array.from(fleet, ({ condition }) => condition);
  const kinds = ({ replicas }: ObservedParts['services'][number]) =>
    replicas.map(({ state }) => (state.kind === 'resting' ? 'draining' : state.kind));
  return [
    ...pools.flatMap((pool) => count(pool.name, none, conditions(pool))),
    ...services.flatMap((service) => count(service.name, noReplica, kinds(service))),
  ];
}

function containersLimit({ pools, services }: ObservedParts): Samples {
  return [
    ...pools.map(({ name, entry }): Samples[number] => [{ name }, entry.concurrency]),
    ...services.map(({ name, limit }): Samples[number] => [{ name }, limit]),
  ];
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
