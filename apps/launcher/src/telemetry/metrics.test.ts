import type { LifecycleEvent } from '@serverless-vote/contracts/lifecycle';
import type { Engine } from '@serverless-vote/engine';
import { describe, expect, test } from 'vitest';
import type { FunctionPool } from '../invoke/function-pool.ts';
import { EventBus } from '../model/event-bus.ts';
import type { ObservedParts } from './metric-table.ts';
import { Metrics } from './metrics.ts';

const parts = {
  pools: [
    {
      name: 'greet',
      waiting: 3,
      fleet: [],
      entry: { queue: { events: 100 }, concurrency: 4 },
    } as unknown as FunctionPool,
  ],
  web: { replicas: [], requests: 7 },
  services: [{ name: 'web', replicas: [], limit: 2 }],
  limiter: { places: 4, inProgress: 1, waiting: 0 },
  asyncEvents: { queues: [] },
  overdue: () => 0,
  viewers: () => 2,
  databaseAnswers: async () => false,
};

function withEvents(...events: LifecycleEvent[]): Metrics {
  const bus = new EventBus();
  const metrics = new Metrics(bus);
  metrics.observe(parts);
  for (const event of events) bus.publish(event);
  return metrics;
}

const finished = (outcome: 'success' | 'timeout' | 'throttled'): LifecycleEvent => ({
  ...{
    type: 'invocation.finished',
    requestId: 'r',
    traceId: 't',
    name: 'greet',
    containerId: 'c',
    outcome,
    totalMs: 30,
  },
  startKind: outcome === 'throttled' ? undefined : 'prewarmed',
  phases: { queue: 2, run: 28 },
});

describe('the metrics', () => {
  test('count an invocation by function, start kind and outcome, and time its phases', async () => {
    const text = await withEvents(finished('success'), finished('success')).text();
    expect(text).toContain('invocations_total{function="greet",start_kind="prewarmed",outcome="success"} 2');
    expect(text).toContain('invocation_phase_seconds_sum{function="greet",phase="run"} 0.056');
    expect(text).toContain('invocation_seconds_count{function="greet",start_kind="prewarmed"} 2');
  });

  test('count it under OpenFaaS’ names, with the code that its gateway would have answered', async () => {
    const text = await withEvents(finished('success'), finished('timeout'), finished('throttled')).text();
    for (const code of [200, 504, 429])
      expect(text).toContain(`gateway_function_invocation_total{function_name="greet",code="${code}"} 1`);
    expect(text).toContain('gateway_functions_seconds_count{function_name="greet"} 3');
  });

  test('have every series of a function from the start, so that its first failure is an increase', async () => {
    const text = await withEvents().text();
    expect(text).toContain('invocations_total{function="greet",start_kind="none",outcome="unavailable"} 0');
    expect(text).toContain('invocations_total{function="greet",start_kind="cold",outcome="function-error"} 0');
    expect(text).toContain('containers{name="greet",state="prewarmed"} 0');
    expect(text).toContain('containers_leaked_total{found="running"} 0');
  });

  test('read queue, limits, web, starts, viewers and database when Prometheus asks', async () => {
    const text = await withEvents().text();
    expect(text).toContain('invocations_waiting{function="greet"} 3');
    expect(text).toContain('invocations_waiting_limit{function="greet"} 100');
    expect(text).toContain('containers_limit{name="greet"} 4');
    expect(text).toContain('web_requests_total 7');
    expect(text).toContain('container_starts_in_progress 1');
    expect(text).toContain('results_viewers 2');
    expect(text).toContain('database_up 0');
  });

  test('count a container in its present state only', async () => {
    const fleet = [{ condition: 'starting' }];
    const replicas = [{ state: { kind: 'starting' } }];
    const [pool] = parts.pools;
    const metrics = new Metrics(new EventBus());
    metrics.observe({
      ...parts,
      pools: [{ ...pool, fleet }],
      services: [{ name: 'web', replicas, limit: 2 }],
    } as unknown as ObservedParts);
    const seen = async () => (await metrics.text()).match(/^containers\{.* [1-9]\d*$/gm) ?? [];
    const one = (name: string, state: string) => `containers{name="${name}",state="${state}"} 1`;
    for (const condition of ['starting', 'prewarmed', 'serving', 'idle', 'leaving', 'gone']) {
      fleet.splice(0, 1, { condition });
      expect(await seen()).toEqual([one('greet', condition), one('web', 'starting')]);
    }
    fleet.pop();
    for (const state of ['starting', 'ready', 'draining', 'gone']) {
      replicas.splice(0, 1, { state: { kind: state } });
      expect(await seen()).toEqual([one('web', state)]);
    }
    replicas.pop();
    expect(await seen()).toEqual([]);
  });

  test('count how containers end', async () => {
    const gone = (exitCode: number): LifecycleEvent => ({
      ...{ type: 'container.gone', sandboxId: 's', name: 'greet', containerId: 'c', lifetimeMs: 1, served: 1 },
      exit: { kind: 'exited', exitCode, outOfMemory: false },
    });
    const text = await withEvents(gone(0), gone(137)).text();
    expect(text).toContain('containers_removed_total{name="greet",exit_status="0"} 1');
    expect(text).toContain('containers_removed_total{name="greet",exit_status="137"} 1');
  });

  test('time the engine and count its failures', async () => {
    const metrics = withEvents();
    const engine = metrics.engine({
      start: async () => {
        throw new Error('no space left on device');
      },
      remove: async () => undefined,
    } as unknown as Engine);
    const spec = {} as Parameters<Engine['start']>[0];
    await expect(engine.start(spec)).rejects.toThrow('no space');
    await engine.remove('s');
    const text = await metrics.text();
    expect(text).toContain('engine_request_errors_total{operation="start"} 1');
    expect(text).toContain('engine_request_errors_total{operation="remove"} 0');
    expect(text).toContain('engine_request_seconds_count{operation="start"} 1');
  });

  test('time how long a change took to reach the viewers', async () => {
    const metrics = withEvents();
    metrics.resultShown('results', 'shown', 20);
    metrics.resultShown('results', 'shown', undefined);
    const text = await metrics.text();
    expect(text).toContain('results_runs_total{stream="results",outcome="shown"} 2');
    expect(text).toContain('results_fanout_seconds_sum{stream="results"} 0.02');
    expect(text).toContain('results_fanout_seconds_count{stream="results"} 1');
  });
});
