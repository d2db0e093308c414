import type { InvocationOutcome, PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import type { Engine } from '@serverless-vote/engine';
import { Counter, Histogram, Registry } from 'prom-client';
import type { EventBus } from '../model/event-bus.ts';
import { meterEngine } from './engine-metrics.ts';
import { gauges, type ObservedParts } from './gauges.ts';
import { OpenFaasMetrics } from './openfaas-metrics.ts';

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

/**
 * What the launcher does, in numbers for Prometheus: counted from the event bus after the answer is out, gauges read when asked.
 * Every label has a bounded set of values: names from the catalog, and words from this code. docs/monitoring.md explains each.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #openFaas = new OpenFaasMetrics(this.#registry);
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
  readonly #retries = this.#counter('invocation_retries_total', 'Events tried again because their container died', [
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

  /** Gauges, read from the parts themselves whenever Prometheus asks. */
  observe(parts: ObservedParts): void {
    gauges(this.#registry, parts);
    for (const { name } of parts.pools) {
      for (const [outcome, startKinds] of Object.entries(POSSIBLE))
        for (const start_kind of startKinds) this.#invocations.inc({ function: name, start_kind, outcome }, 0);
      this.#retries.inc({ function: name }, 0);
      for (const outcome of ['accepted', 'failed', 'done', 'dead'])
        this.#asyncEvents.inc({ function: name, outcome }, 0);
      this.#openFaas.announce(name);
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
    this.#openFaas.finished(name, outcome, totalMs);
  }

  #counter<T extends string>(name: string, help: string, labelNames: T[]): Counter<T> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<T extends string>(name: string, help: string, labelNames: T[]): Histogram<T> {
    return new Histogram({ name, help, labelNames, buckets: BUCKETS, registers: [this.#registry] });
  }
}
