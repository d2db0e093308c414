import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import type { SandboxSpec } from '../engine.ts';

export const LABEL = 'org.serverless-vote';
const SECRETS = '/run/secrets';
const AGENT = '/run/task-agent.cjs';

/** What a service's description names beside the catalog's limits: things of the Swarm, by id. */
export interface SwarmParts {
  stackId: string;
  image: { reference: string; command: string[] };
  agent: { address: string; configId: string; configName: string };
  networkId: string;
  databaseHost: string;
  /** File name below /run/secrets → the secret. */
  secrets: Map<string, { id: string; name: string }>;
}

/** Everything of a function's service except how many tasks it has. */
export function serviceSpec(spec: SandboxSpec, parts: SwarmParts): Omit<Docker.ServiceSpec, 'Mode'> {
  const labels = {
    [`${LABEL}.role`]: 'on-demand',
    [`${LABEL}.name`]: spec.name,
    [`${LABEL}.launcher`]: parts.stackId,
    // `docker stack rm` removes it with the rest, whatever has become of the launcher.
    'com.docker.stack.namespace': parts.stackId,
  };
  const owner = { UID: String(spec.user), GID: String(spec.user), Mode: 0o400 };
  const described = {
    Name: `${parts.stackId}_${spec.name}`,
    TaskTemplate: {
      ContainerSpec: {
        Image: parts.image.reference,
        Labels: labels,
        Command: ['node', AGENT, ...parts.image.command],
        Env: [...environment(spec, parts)].map(([name, value]) => `${name}=${value}`),
        User: `${spec.user}:${spec.user}`,
        ReadOnly: true,
        Init: false,
        // Engines before 25 don't know the second; there is nothing with a set-uid bit to gain by it in our images.
        CapabilityDrop: ['ALL'],
        Privileges: { NoNewPrivileges: true },
        Mounts: [
          { Type: 'tmpfs', Target: '/tmp', TmpfsOptions: { SizeBytes: spec.tmpMb * 1024 * 1024, Mode: 0o1777 } },
        ],
        ...(spec.openFiles !== undefined && {
          Ulimits: [{ Name: 'nofile', Soft: spec.openFiles, Hard: spec.openFiles }],
        }),
        StopGracePeriod: spec.graceMs * 1e6,
        Secrets: [...parts.secrets].map(([file, { id, name }]) => ({
          SecretID: id,
          SecretName: name,
          File: { Name: file, ...owner },
        })),
        Configs: [
          {
            ConfigID: parts.agent.configId,
            ConfigName: parts.agent.configName,
            File: { Name: AGENT, ...owner, Mode: 0o444 },
          },
        ],
      },
      Resources: {
        Limits: {
          MemoryBytes: spec.memoryMb * 1024 * 1024,
          NanoCPUs: Math.round(spec.cpus * 1e9),
          Pids: spec.processes,
        },
      },
      // Swarm itself keeps the prewarmed containers: who has ended, however, is replaced at once.
      RestartPolicy: { Condition: 'any', Delay: 0, MaxAttempts: 0 },
      LogDriver: { Name: 'none' },
      Networks: [{ Target: parts.networkId }],
    },
    // Swarm would take a task that has done its work and ended for a failed update; the launcher knows better (SwarmService, 4).
    UpdateConfig: { Parallelism: 1, Delay: 0, FailureAction: 'continue', Order: 'start-first' },
    // No virtual address: nobody calls a function, and the gateway knows web's tasks one by one.
    EndpointSpec: { Mode: 'dnsrr' },
  };
  const digest = createHash('sha256').update(JSON.stringify(described)).digest('hex').slice(0, 16);
  return { ...described, Labels: { ...labels, [`${LABEL}.spec`]: digest } } as unknown as Omit<
    Docker.ServiceSpec,
    'Mode'
  >;
}

/** What every task of the service is told; what only one is told comes over its agent. */
function* environment(spec: SandboxSpec, parts: SwarmParts): Iterable<[string, string]> {
  yield ['TASK_AGENT_ADDRESS', parts.agent.address];
  yield ['TASK_AGENT_TASK', '{{.Task.ID}}'];
  yield ['TASK_AGENT_SERVICE', spec.name];
  yield ['TASK_AGENT_SECRET_FILE', `${SECRETS}/task-agent`];
  for (const name of Object.keys(spec.secrets)) yield [`${name}_FILE`, `${SECRETS}/${name}`];
  if (spec.database) {
    yield ['PGHOST', parts.databaseHost];
    yield ['PGPASSWORD_FILE', `${SECRETS}/database-password`];
  }
}
