import type { InvocationOutcome, PublishedEvent } from '@serverless-vote/contracts/lifecycle';
import type { Engine } from '@serverless-vote/engine';
import { Registry } from 'prom-client';
import type { EventBus } from '../model/event-bus.ts';
import { countersIn, histogramsIn, type ObservedParts, registerGauges } from './metric-table.ts';

const RAN = ['cold', 'prewarmed', 'warm'];
/**
 * The start kinds that an outcome can have, and the status that OpenFaaS' gateway would have answered: a function's own error is a 500
 * there, a time-out a 504.
 */
const OUTCOMES: Record<InvocationOutcome, { startKinds: string[]; code: number }> = {
  success: { startKinds: RAN, code: 200 },
  throttled: { startKinds: ['none'], code: 429 },
  abandoned: { startKinds: ['none'], code: 499 },
  'function-error': { startKinds: RAN, code: 500 },
  unavailable: { startKinds: ['none'], code: 503 },
  timeout: { startKinds: RAN, code: 504 },
};
const OPERATIONS = ['start', 'stop', 'remove', 'list'] as const;

/**
 * The launcher's metrics for Prometheus: counters are updated from lifecycle events after the answer is out, gauges are read on each
 * scrape. Every label has a bounded set of values: names from the catalog, and constants from this code. Series start at 0, so that the
 * first failure is an increase, too.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = countersIn(this.#registry);
  readonly #histograms = histogramsIn(this.#registry);

  constructor(bus: EventBus) {
    for (const found of ['start', 'running']) this.#counters.containers_leaked_total.inc({ found }, 0);
    for (const operation of OPERATIONS) this.#counters.engine_request_errors_total.inc({ operation }, 0);
    bus.subscribe((event) => this.#count(event));
  }

  /** Wraps an engine: times its calls and counts its failures. */
  engine(engine: Engine): Engine {
    const metered = async <T>(operation: (typeof OPERATIONS)[number], call: Promise<T>): Promise<T> => {
      const end = this.#histograms.engine_request_seconds.startTimer({ operation });
      try {
        return await call;
      } catch (error) {
        this.#counters.engine_request_errors_total.inc({ operation });
        throw error;
      } finally {
        end();
      }
    };
    return {
      start: (spec) => metered('start', engine.start(spec)),
      stop: (sandboxId, graceMs) => metered('stop', engine.stop(sandboxId, graceMs)),
      remove: (sandboxId) => metered('remove', engine.remove(sandboxId)),
      list: () => metered('list', engine.list()),
    };
  }

  /** Counts containers that the sweep found and the launcher didn't know. */
  leaked(found: 'start' | 'running', containers: number): void {
    this.#counters.containers_leaked_total.inc({ found }, containers);
  }

  /** Counts one computation of a stream of results; `sinceChangeMs` is absent when nothing had changed. */
  resultShown(stream: string, outcome: 'shown' | 'failed', sinceChangeMs: number | undefined): void {
    this.#counters.results_runs_total.inc({ stream, outcome });
    if (sinceChangeMs !== undefined) this.#histograms.results_fanout_seconds.observe({ stream }, sinceChangeMs / 1000);
  }

  /** Registers gauges, which are read from the parts on each scrape, and starts every series of their functions at 0. */
  observe(parts: ObservedParts): void {
    registerGauges(this.#registry, parts);
    const counters = this.#counters;
    for (const { name } of parts.pools) {
      for (const [outcome, { startKinds, code }] of Object.entries(OUTCOMES)) {
        for (const start_kind of startKinds) counters.invocations_total.inc({ function: name, start_kind, outcome }, 0);
        counters.gateway_function_invocation_total.inc({ function_name: name, code }, 0);
      }
      counters.invocation_retries_total.inc({ function: name }, 0);
      for (const outcome of ['accepted', 'failed', 'done', 'dead'])
        counters.async_events_total.inc({ function: name, outcome }, 0);
    }
    for (const { name } of [...parts.pools, ...parts.services]) {
      counters.containers_started_total.inc({ name }, 0);
      counters.container_failures_total.inc({ name }, 0);
      counters.containers_removed_total.inc({ name, exit_status: '0' }, 0);
    }
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #count(event: PublishedEvent): void {
    const { type, name } = event;
    const counters = this.#counters;
    if (type === 'container.started') counters.containers_started_total.inc({ name });
    else if (type === 'container.gone') {
      const exit_status = event.exit.kind === 'exited' ? event.exit.exitCode : 'unknown';
      counters.containers_removed_total.inc({ name, exit_status });
    } else if (type === 'container.failed') counters.container_failures_total.inc({ name });
    else if (type === 'invocation.retried') counters.invocation_retries_total.inc({ function: name });
    else if (type === 'invocation.finished') this.#finished(event);
    else if (type.startsWith('async.'))
      counters.async_events_total.inc({ function: name, outcome: type.slice('async.'.length) });
  }

  /**
   * Also counts it under OpenFaaS' names, for existing dashboards
   * (https://github.com/openfaas/faas/blob/master/gateway/metrics/metrics.go). Its `gateway_service_count` and
   * `gateway_function_invocation_started` are left out: Prometheus' conventions keep such names for other kinds of metrics.
   */
  #finished({ name, outcome, startKind, totalMs, phases }: PublishedEvent & { type: 'invocation.finished' }): void {
    const start_kind = startKind ?? 'none';
    const seconds = this.#histograms;
    this.#counters.invocations_total.inc({ function: name, start_kind, outcome });
    seconds.invocation_seconds.observe({ function: name, start_kind }, totalMs / 1000);
    for (const [phase, ms] of Object.entries(phases))
      seconds.invocation_phase_seconds.observe({ function: name, phase }, ms / 1000);
    this.#counters.gateway_function_invocation_total.inc({ function_name: name, code: OUTCOMES[outcome].code });
    seconds.gateway_functions_seconds.observe({ function_name: name }, totalMs / 1000);
  }
}
