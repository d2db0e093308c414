import type { InvocationOutcome, PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import type { Engine } from '@serverless-vote/engine';
import { Counter, Histogram, Registry } from 'prom-client';
import type { EventBus } from '../model/event-bus.ts';
import { meterEngine } from './engine-metrics.ts';
import { type ObservedParts, registerGauges } from './gauges.ts';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Which start kinds an outcome can have: a series that starts at 0 shows its first failure as an increase, too. */
const POSSIBLE: Record<InvocationOutcome, readonly string[]> = {
  success: ['cold', 'prewarmed', 'warm'],
  'function-error': ['cold', 'prewarmed', 'warm'],
  timeout: ['cold', 'prewarmed', 'warm'],
  throttled: ['none'],
  unavailable: ['none'],
  abandoned: ['none'],
};
/** What OpenFaaS' gateway would have answered: there a function's own error is a 500, one that takes too long a 504. */
const OPENFAAS_CODES: Record<InvocationOutcome, number> = {
  success: 200,
  throttled: 429,
  abandoned: 499,
  'function-error': 500,
  unavailable: 503,
  timeout: 504,
};

/**
 * What the launcher does, in numbers for Prometheus: counted from lifecycle events after the answer is out, gauges read when asked.
 * Every label has a bounded set of values: names from the catalog, and words from this code. docs/monitoring.md explains each.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #invocations = this.#counter('invocations_total', 'Invocations by function, start kind and outcome', [
    'function',
    'start_kind',
    'outcome',
  ]);
  readonly #phases = this.#histogram(
    'invocation_phase_seconds',
    'Time that invocations paid for, by phase: queue is the wait for a container',
    ['function', 'phase'],
  );
  readonly #duration = this.#histogram('invocation_seconds', 'Time from acceptance to answer', [
    'function',
    'start_kind',
  ]);
  readonly #retries = this.#counter('invocation_retries_total', 'Events tried again because their container ended', [
    'function',
  ]);
  readonly #asyncEvents = this.#counter(
    'async_events_total',
    'Asynchronous events: accepted, failed attempts, done, dead',
    ['function', 'outcome'],
  );
  readonly #started = this.#counter('containers_started_total', 'Containers started', ['name']);
  readonly #removed = this.#counter('containers_removed_total', 'Containers removed, by exit status', [
    'name',
    'exit_status',
  ]);
  readonly #failures = this.#counter('container_failures_total', 'Starts and removals that failed', ['name']);
  readonly #leaked = this.#counter(
    'containers_leaked_total',
    'Containers of this stack that nobody knew of, removed by the sweep: of a predecessor at start, or while running',
    ['found'],
  );
  readonly #resultsRuns = this.#counter('results_runs_total', 'Computations of a result that viewers watch', [
    'stream',
    'outcome',
  ]);
  readonly #fanOut = this.#histogram(
    'results_fanout_seconds',
    'Time from the first change that a result did not show to its hand-over to all viewers',
    ['stream'],
  );
  /**
   * The invocations once more under the names of OpenFaaS, for the dashboards that people have
   * (https://github.com/openfaas/faas/blob/master/gateway/metrics/metrics.go). Its `gateway_service_count` and
   * `gateway_function_invocation_started` are left out: Prometheus' conventions keep such names for other kinds of metrics.
   */
  readonly #openFaas = this.#counter('gateway_function_invocation_total', 'Function metrics, as OpenFaaS counts them', [
    'function_name',
    'code',
  ]);
  /** In prom-client's default buckets, which are those of Go's client, which OpenFaaS uses. */
  readonly #openFaasSeconds = new Histogram({
    ...{ name: 'gateway_functions_seconds', help: 'Function time taken, as OpenFaaS counts it' },
    ...{ labelNames: ['function_name'], registers: [this.#registry] },
  });

  constructor(bus: EventBus) {
    for (const found of ['start', 'running']) this.#leaked.inc({ found }, 0);
    bus.subscribe((event) => this.#count(event));
  }

  /** The same engine, its calls timed and its failures counted. */
  engine(engine: Engine): Engine {
    return meterEngine(engine, this.#registry);
  }

  /** Containers that the sweep found, and that were nobody's. */
  leaked(found: 'start' | 'running', containers: number): void {
    this.#leaked.inc({ found }, containers);
  }

  /** Told by a stream of results; `sinceChangeMs` is absent when nothing had changed. */
  resultShown(stream: string, outcome: 'shown' | 'failed', sinceChangeMs: number | undefined): void {
    this.#resultsRuns.inc({ stream, outcome });
    if (sinceChangeMs !== undefined) this.#fanOut.observe({ stream }, sinceChangeMs / 1000);
  }

  /** Gauges, read from the parts themselves whenever Prometheus asks; and every series of their functions, from 0 on. */
  observe(parts: ObservedParts): void {
    registerGauges(this.#registry, parts);
    for (const { name } of parts.pools) {
      for (const [outcome, startKinds] of Object.entries(POSSIBLE))
        for (const start_kind of startKinds) this.#invocations.inc({ function: name, start_kind, outcome }, 0);
      this.#retries.inc({ function: name }, 0);
      for (const outcome of ['accepted', 'failed', 'done', 'dead'])
        this.#asyncEvents.inc({ function: name, outcome }, 0);
      for (const code of Object.values(OPENFAAS_CODES)) this.#openFaas.inc({ function_name: name, code }, 0);
    }
    for (const name of [...parts.pools.map((pool) => pool.name), 'web']) {
      this.#started.inc({ name }, 0);
      this.#failures.inc({ name }, 0);
      this.#removed.inc({ name, exit_status: '0' }, 0);
    }
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #count(event: PublishedEvent): void {
    if (event.type === 'container.started') this.#started.inc({ name: event.name });
    else if (event.type === 'container.gone') {
      const { name, exit } = event;
      this.#removed.inc({ name, exit_status: exit.kind === 'exited' ? exit.exitCode : 'unknown' });
    } else if (event.type === 'container.failed') this.#failures.inc({ name: event.name });
    else if (event.type === 'invocation.retried') this.#retries.inc({ function: event.name });
    else if (event.type === 'invocation.finished') this.#finished(event);
    else if (event.type.startsWith('async.'))
      this.#asyncEvents.inc({ function: event.name, outcome: event.type.slice('async.'.length) });
  }

  #finished({ name, outcome, startKind, totalMs, phases }: PublishedEvent & { type: 'invocation.finished' }): void {
    const start_kind = startKind ?? 'none';
    this.#invocations.inc({ function: name, start_kind, outcome });
    this.#duration.observe({ function: name, start_kind }, totalMs / 1000);
    for (const [phase, ms] of Object.entries(phases)) this.#phases.observe({ function: name, phase }, ms / 1000);
    this.#openFaas.inc({ function_name: name, code: OPENFAAS_CODES[outcome] });
    this.#openFaasSeconds.observe({ function_name: name }, totalMs / 1000);
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, labelNames: string[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets: BUCKETS, registers: [this.#registry] });
  }
}
