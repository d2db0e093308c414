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
  ...{ environment: {}, secrets: {}, mounts: [], database: true, network: 'database', graceMs: 1_000 },
};

function taskOf(changes: Partial<SandboxSpec> = {}) {
  const { TaskTemplate } = serviceSpec(
    { ...spec, ...changes },
    {
      ...{
        stackId: 'stack',
        image: { reference: 'sha256:1', command: ['run'] },
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
    Mounts: [{ Type: 'tmpfs', Target: '/tmp', TmpfsOptions: { SizeBytes: 8 * 2 ** 20 } }],
  });
  expect(taskOf({ openFiles: undefined }).ContainerSpec).not.toHaveProperty('Ulimits');
});

test('a task has no privileges, and its secrets are readable by its own user only', () => {
  expect(taskOf().ContainerSpec).toMatchObject({
    ...{ ReadOnly: true, CapabilityDrop: ['ALL'], Privileges: { NoNewPrivileges: true }, User: '10001:10001' },
    Secrets: [{ SecretID: 's', File: { Name: 'task-agent', UID: '10001', GID: '10001', Mode: 0o400 } }],
  });
});
