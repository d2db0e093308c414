import { Counter, Histogram, type Registry } from 'prom-client';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ENGINE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** By name: help text and labels. docs/monitoring.md explains each. */
const COUNTERS = {
  invocations_total: ['Invocations by function, start kind and outcome', 'function', 'start_kind', 'outcome'],
  invocation_retries_total: ['Events tried again because their container ended', 'function'],
  async_events_total: ['Asynchronous events: accepted, failed attempts, done, dead', 'function', 'outcome'],
  containers_started_total: ['Containers started', 'name'],
  containers_removed_total: ['Containers removed, by exit status', 'name', 'exit_status'],
  container_failures_total: ['Starts and removals that failed', 'name'],
  containers_leaked_total: [
    'Unknown containers of this stack that the sweep removed, at start or while running',
    'found',
  ],
  results_runs_total: ['Computations of a result that viewers watch', 'stream', 'outcome'],
  engine_request_errors_total: ['Operations that the engine refused, failed or did not finish in time', 'operation'],
  gateway_function_invocation_total: ['Function metrics, as OpenFaaS counts them', 'function_name', 'code'],
} satisfies Record<string, [help: string, ...labels: string[]]>;

/** By name: buckets (prom-client's own are those of Go's client, which OpenFaaS uses), help text and labels. */
const HISTOGRAMS = {
  invocation_seconds: [BUCKETS, 'Time from acceptance to answer', 'function', 'start_kind'],
  invocation_phase_seconds: [BUCKETS, 'Time that events waited for each phase, or ran', 'function', 'phase'],
  results_fanout_seconds: [BUCKETS, 'Time from a change until its result was sent to all viewers', 'stream'],
  engine_request_seconds: [ENGINE_BUCKETS, 'Time that the engine took; start is create, attach and start', 'operation'],
  gateway_functions_seconds: [undefined, 'Function time taken, as OpenFaaS counts it', 'function_name'],
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
