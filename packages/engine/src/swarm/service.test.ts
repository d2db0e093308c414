import type { AgentConnection } from '@serverless-vote/task-agent/connection';
import type Docker from 'dockerode';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SandboxSpec } from '../engine.ts';
import { SwarmService } from './service.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A Swarm that records updates and never removes a task, which can't be provoked in a real one. */
function forgetfulSwarm(listTasks: () => object[] = () => []) {
  const orders: number[] = [];
  let there: { ID: string; Version: { Index: number }; Spec: object } | undefined;
  const take = (spec: { Mode: { Replicated: { Replicas: number } } }) => {
    orders.push(spec.Mode.Replicated.Replicas);
    there = { ID: 'a-service', Version: { Index: orders.length }, Spec: spec };
  };
  const docker = {
    createService: async (spec: never) => take(spec),
    listTasks: async () => listTasks(),
    getService: () => ({
      inspect: async () => there ?? Promise.reject(Object.assign(new Error('no such service'), { statusCode: 404 })),
      update: async (spec: never) => take(spec),
    }),
  };
  return { orders, docker: docker as unknown as Docker };
}

const SPEC = { sandboxId: 'one' } as SandboxSpec;
const described = async () => ({ TaskTemplate: {}, Labels: {} }) as never;
const serviceOn = (docker: Docker) =>
  new SwarmService(SPEC, { docker, name: 'a-service', describe: described, warn: vi.fn() });

function agent() {
  const ended = Promise.withResolvers<void>();
  return { agent: { ended: ended.promise } as unknown as AgentConnection, end: ended.resolve };
}

test('repeats the order while Swarm forgets to take a task away', async () => {
  const { orders, docker } = forgetfulSwarm();
  const service = serviceOn(docker);
  const held = agent();
  const task = service.task(SPEC);
  await vi.advanceTimersByTimeAsync(10);
  service.registered(held.agent, 'task-1', 'image');
  await task;
  const forgotten = agent();
  service.registered(forgotten.agent, 'task-2', 'image');
  held.end();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(orders).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(orders).toEqual([1, 0, 0, 0]);
  forgotten.end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(orders).toEqual([1, 0, 0, 0]);
});

test('orders one more task for a start that has waited three seconds, and at most two more', async () => {
  const { orders, docker } = forgetfulSwarm();
  const service = serviceOn(docker);
  const failed = service.task(SPEC).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(orders).toEqual([1, 2, 3]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await failed).toContain('no task has come up');
  expect(orders.at(-1)).toBe(0);
});

test('retries a manager that does not answer after growing pauses, even when no start is waiting any more', async () => {
  let asked = 0;
  const docker = {
    listTasks: async () => [],
    getService: () => ({
      inspect() {
        asked += 1;
        return Promise.reject(new Error('connect ECONNREFUSED'));
      },
    }),
  };
  const service = serviceOn(docker as unknown as Docker);
  const failed = service.task(SPEC).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await failed).toContain('did not take the order');
  expect(asked).toBeGreaterThan(3);
  expect(asked).toBeLessThan(20);
});

/** Three tasks that have just failed. */
const failedTasks = () =>
  ['1', '2', '3'].map((ID) => ({
    ID,
    CreatedAt: new Date().toISOString(),
    Status: { State: 'failed', Err: 'task: non-zero exit (1)' },
  }));

test('fails all waiting starts with Swarm’s message when three tasks in a row fail, and goes to zero', async () => {
  const { orders, docker } = forgetfulSwarm(failedTasks);
  const service = serviceOn(docker);
  const failed = Promise.all(['one', 'two'].map((sandboxId) => service.task({ ...SPEC, sandboxId }).catch(String)));
  await vi.advanceTimersByTimeAsync(3_000);
  for (const message of await failed) expect(message).toContain('3 times in a row: task: non-zero exit (1)');
  expect(orders.at(-1)).toBe(0);
});

test('goes back to the image that worked when a new one’s tasks fail', async () => {
  let image = 'old';
  let tasks: () => object[] = () => [];
  const { orders, docker } = forgetfulSwarm(() => tasks());
  const warn = vi.fn();
  const describe = async () =>
    ({
      Labels: { 'org.serverless-vote.spec': image },
      TaskTemplate: { ContainerSpec: { Image: image } },
    }) as never;
  const service = new SwarmService(SPEC, { docker, name: 'a-service', describe, warn });
  const first = service.task(SPEC);
  await vi.advanceTimersByTimeAsync(10);
  service.registered(agent().agent, 'a-task', 'old');
  await first;
  image = 'new';
  const second = service.task({ ...SPEC, sandboxId: 'two' });
  const failed = failedTasks();
  tasks = () => failed;
  await vi.advanceTimersByTimeAsync(3_000);
  const { Spec } = (await docker.getService('a-service').inspect()) as { Spec: { Labels: Record<string, string> } };
  expect(Spec.Labels['org.serverless-vote.spec']).toBe('old');
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.anything(), 'service.rolled-back');
  service.registered(agent().agent, 'another-task', 'old');
  await second;
  expect(orders.at(-1)).toBeGreaterThanOrEqual(2);
});
