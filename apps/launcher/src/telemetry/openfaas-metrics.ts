import type { InvocationOutcome } from '@serverless-vote/contracts/lifecycle';
import { Counter, Histogram, type Registry } from 'prom-client';

/** What OpenFaaS' gateway would have answered: there a function's own error is a 500, one that takes too long a 504. */
const CODES: Record<InvocationOutcome, number> = {
  success: 200,
  throttled: 429,
  abandoned: 499,
  'function-error': 500,
  unavailable: 503,
  timeout: 504,
};

/**
 * The invocations once more under the names of OpenFaaS, for the dashboards that people have
 * (https://github.com/openfaas/faas/blob/master/gateway/metrics/metrics.go). Its `gateway_service_count` and
 * `gateway_function_invocation_started` are left out: Prometheus' conventions keep such names for other kinds of metrics.
 */
export class OpenFaasMetrics {
  readonly #invocations: Counter<'function_name' | 'code'>;
  readonly #seconds: Histogram<'function_name'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#invocations = new Counter({
      name: 'gateway_function_invocation_total',
      help: 'Function metrics, as OpenFaaS counts them',
      labelNames: ['function_name', 'code'],
      registers,
    });
    // prom-client's default buckets are those of Go's client, which OpenFaaS uses.
    this.#seconds = new Histogram({
      name: 'gateway_functions_seconds',
      help: 'Function time taken, as OpenFaaS counts it',
      labelNames: ['function_name'],
      registers,
    });
  }

  /** Every code starts at 0, so that a first failure is seen as an increase. */
  announce(function_name: string): void {
    for (const code of Object.values(CODES)) this.#invocations.inc({ function_name, code }, 0);
  }

  finished(function_name: string, outcome: InvocationOutcome, totalMs: number): void {
    this.#invocations.inc({ function_name, code: CODES[outcome] });
    this.#seconds.observe({ function_name }, totalMs / 1000);
  }
}
