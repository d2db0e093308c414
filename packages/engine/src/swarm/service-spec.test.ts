import { expect, test } from 'vitest';
import type { SandboxSpec } from '../engine.ts';
import { serviceSpec } from './service-spec.ts';

const spec: SandboxSpec = {
  ...{
    sandboxId: 'a1b2c3',
    kind: 'function',
    name: 'a-function',
    image: 'an-image:tag',
    isForeign: false,
    user: 10_001,
    runtime: undefined,
  },
  ...{ memoryMb: 128, cpus: 0.5, processes: 32, tmpMb: 8, openFiles: 96 },
  ...{ environment: {}, secrets: {}, mounts: [], database: true, graceMs: 1_000 },
};

function taskOf(changes: Partial<SandboxSpec> = {}) {
  const { TaskTemplate } = serviceSpec(
    { ...spec, ...changes },
    {
      ...{
        stackId: 'stack',
        image: { reference: 'sha256:1', entrypoint: ['run'], command: ['this'], volumes: ['/data'] },
        networkId: 'n',
        databaseHost: 'database',
      },
      ...{ agent: { id: 'c', name: 'task-agent' }, agentAddress: '10.0.0.1:9002' },
      secrets: new Map([['task-agent', { id: 's', name: 'task-agent_1' }]]),
    },
  );
  return TaskTemplate as { ContainerSpec: object; Resources: object };
}

test('a task has limits for memory, processors, processes, open files and its /tmp', () => {
  const { ContainerSpec, Resources } = taskOf();
  expect(Resources).toEqual({ Limits: { MemoryBytes: 128 * 2 ** 20, NanoCPUs: 5e8, Pids: 32 } });
  expect(ContainerSpec).toMatchObject({
    Ulimits: [{ Name: 'nofile', Soft: 96, Hard: 96 }],
    Mounts: ['/tmp', '/data'].map((Target) => ({ Type: 'tmpfs', Target, TmpfsOptions: { SizeBytes: 8 * 2 ** 20 } })),
  });
  expect(taskOf({ openFiles: undefined }).ContainerSpec).not.toHaveProperty('Ulimits');
});

test('a task has no privileges, and its secrets are readable by its own user only', () => {
  expect(taskOf().ContainerSpec).toMatchObject({
    ...{ ReadOnly: true, CapabilityDrop: ['ALL'], Privileges: { NoNewPrivileges: true }, User: '10001:10001' },
    Secrets: [{ SecretID: 's', File: { Name: 'task-agent', UID: '10001', GID: '10001', Mode: 0o400 } }],
  });
});

test('a program that is not ours finds node in a volume of its machine, and has its own volumes in memory; the agent’s memory is not at its cost', () => {
  const relay = { from: '', to: 80, mounts: [] };
  const { ContainerSpec, Resources } = taskOf({
    relay,
    command: ['that'],
    writable: ['/run', '/data'],
    database: false,
  });
  expect(Resources).toEqual({ Limits: { MemoryBytes: 192 * 2 ** 20, NanoCPUs: 5e8, Pids: 48 } });
  expect(ContainerSpec).toMatchObject({
    Command: [
      ...['/run/agent-node/ld.so', '--library-path', '/run/agent-node', '/run/agent-node/node'],
      ...['/run/task-agent.cjs', 'run', 'that'],
    ],
    Mounts: [
      ...['/tmp', '/run', '/data'].map((Target) => ({ Type: 'tmpfs', Target })),
      { Type: 'volume', Source: 'stack_agent-node', Target: '/run/agent-node', ReadOnly: true },
    ],
  });
  expect(taskOf().ContainerSpec).toMatchObject({ Command: ['node', '/run/task-agent.cjs', 'run', 'this'] });
});
