import { describe, expect, test } from 'vitest';
import { fullQueue } from './held.ts';
import { growthBy, numbers } from './numbers.ts';
import { baseUrl, containers, follow, invoke, send, total, vote } from './stack.ts';

/** The engine has only the permanent containers, and the launcher knows it, which may be a moment later. */
const idle = () =>
  expect
    .poll(async () => [(await containers()).length, (await numbers())('containers')], { interval: 200 })
    .toEqual([2, 0]);

describe('a burst of sixty votes', () => {
  test('is counted to the last, and leaves the gauges when idle', async () => {
    await idle();
    const stream = await follow(baseUrl, '/streams/results');
    await expect.poll(async () => (await numbers())('results_viewers')).toBe(1);
    await idle();
    const grown = await growthBy(async () => {
      const before = await total();
      await Promise.all(Array.from({ length: 60 }, () => vote()));
      await expect.poll(stream.text).toContain(`"total":${before + 60}`);
      stream.leave();
      await idle();
    });
    const ours = { function: 'record-vote' };
    expect(grown('invocations_total', { ...ours, outcome: 'success' })).toBe(60);
    expect(grown('invocations_total', { ...ours, outcome: 'success', start_kind: 'cold' })).toBeGreaterThan(0);
    expect(grown('invocations_total', { ...ours, outcome: 'success', start_kind: 'warm' })).toBeGreaterThan(0);
    expect(grown('invocation_seconds_count', ours)).toBe(60);
    expect(grown('invocation_phase_seconds_count', { ...ours, phase: 'queue' })).toBe(60);
    expect(grown('invocation_phase_seconds_count', { ...ours, phase: 'run' })).toBe(60);
    expect(grown('gateway_function_invocation_total', { function_name: 'record-vote', code: 200 })).toBe(60);
    expect(grown('gateway_functions_seconds_count', { function_name: 'record-vote' })).toBe(60);

    // Every container that was started was removed, each by a call to the engine.
    const started = grown('containers_started_total');
    expect(started).toBeGreaterThan(1);
    expect(grown('containers_removed_total')).toBe(started);
    expect(grown('containers_removed_total', { name: 'record-vote', exit_status: 0 })).toBeGreaterThan(0);
    expect(grown('engine_request_seconds_count', { operation: 'start' })).toBe(started);
    expect(grown('engine_request_seconds_count', { operation: 'remove' })).toBeGreaterThanOrEqual(started);
    expect(grown('containers_leaked_total')).toBe(0);

    expect(grown('results_runs_total', { outcome: 'shown' })).toBeGreaterThan(0);
    expect(grown('results_fanout_seconds_count')).toBeGreaterThan(0);

    const now = await numbers();
    expect(now('containers')).toBe(0);
    expect(now('invocations_waiting')).toBe(0);
    expect(now('container_starts_in_progress')).toBe(0);
    expect(now('results_viewers')).toBe(0);
    expect(now('web_replicas')).toBe(0);
  });
});

describe('what goes wrong is counted', () => {
  test('a function’s error, and an event that killed its containers', async () => {
    const name = 'misbehave-in-a-short-queue';
    const grown = await growthBy(async () => {
      await invoke(name, { do: 'fail' });
      await invoke(name, { do: 'exit', code: 7 });
    });
    expect(grown('invocations_total', { function: name, outcome: 'function-error' })).toBe(2);
    expect(grown('gateway_function_invocation_total', { function_name: name, code: 500 })).toBe(2);
    expect(grown('invocation_retries_total', { function: name })).toBe(2);
    expect(grown('containers_removed_total', { name, exit_status: 7 })).toBe(3);
  });

  test('events that find the queue full', async () => {
    const { name, release } = await fullQueue();
    const grown = await growthBy(() => Promise.all([invoke(name), invoke(name)]));
    await release();
    expect(grown('invocations_total', { function: name, outcome: 'throttled' })).toBe(2);
    expect(grown('gateway_function_invocation_total', { function_name: name, code: 429 })).toBe(2);
  });
});

describe('requests to web', () => {
  test('are counted, and so are the replicas that answer them', async () => {
    const grown = await growthBy(() => send(baseUrl, '/'));
    expect(grown('web_requests_total')).toBeGreaterThanOrEqual(1);
    await expect.poll(async () => (await numbers())('web_replicas')).toBe(1);
  });
});
