import { createHash } from 'node:crypto';
import { label, onDemandLabels } from '@serverless-vote/contracts/labels';
import type Docker from 'dockerode';
import type { SandboxSpec } from '../engine.ts';
import type { Image, Stored } from './resources.ts';

const SECRETS = '/run/secrets';
const AGENT = '/run/task-agent.cjs';
/** Node and its libraries, for images without it: a volume that each node's `agent` task has filled (infra/swarm/programs.mts). */
const NODE = '/run/agent-node';
const BROUGHT_NODE = [`${NODE}/ld.so`, '--library-path', NODE, `${NODE}/node`];
/** For the agent; on one machine a relay has as much of its own. */
const AGENT_MEMORY_MB = 64;
const AGENT_PROCESSES = 16;

/** A service's spec, except its number of tasks. */
export type ServiceDescription = Omit<Docker.ServiceSpec, 'Mode'>;

/** What a service's spec refers to on the Swarm, by ID. */
export interface SwarmParts {
  stackId: string;
  image: Image;
  agent: Stored;
  /** Where agents register. */
  agentAddress: string;
  networkId: string;
  databaseHost: string;
  /** File name below /run/secrets → the secret. */
  secrets: Map<string, Stored>;
}

/** Common to all services that a launcher creates: labels, limits, and no privileges. */
export function baseSpec(
  { stackId, name, networkIds }: { stackId: string; name: string; networkIds: string[] },
  containerSpec: object,
  limits: Pick<SandboxSpec, 'memoryMb' | 'cpus' | 'processes'>,
) {
  // The second label lets `docker stack rm` remove the service with the rest, even if the launcher is dead.
  const Labels = { ...onDemandLabels(stackId, name), 'com.docker.stack.namespace': stackId };
  return {
    Name: `${stackId}_${name}`,
    Labels,
    TaskTemplate: {
      ContainerSpec: {
        Labels,
        ReadOnly: true,
        Init: false,
        // Engines before 25 don't know the second; our images have no set-uid program that could use it.
        CapabilityDrop: ['ALL'],
        Privileges: { NoNewPrivileges: true },
        ...containerSpec,
      },
      Resources: {
        Limits: {
          MemoryBytes: limits.memoryMb * 1024 * 1024,
          NanoCPUs: Math.round(limits.cpus * 1e9),
          Pids: limits.processes,
        },
      },
      RestartPolicy: { Condition: 'any', Delay: 1e9, MaxAttempts: 0 },
      LogDriver: { Name: 'none' },
      Networks: networkIds.map((Target) => ({ Target })),
    },
    // No virtual IP: functions are never called, and the gateway addresses each task of web itself.
    EndpointSpec: { Mode: 'dnsrr' },
  };
}

/** A function's service. Its label `spec` is a digest of the whole spec. */
export function serviceSpec(spec: SandboxSpec, parts: SwarmParts): ServiceDescription {
  const { stackId, networkId, image, agent } = parts;
  const owner = { UID: String(spec.user), GID: String(spec.user), Mode: 0o400 };
  const isRelayed = spec.relay !== undefined;
  // As on one machine, an image of others has its volumes in memory, where they are limited. Ours have none.
  const writable = ['/tmp', ...(spec.writable ?? []), ...image.volumes];
  const TmpfsOptions = { SizeBytes: spec.tmpMb * 1024 * 1024, Mode: 0o1777 };
  const tmpfs = [...new Set(writable)].map((Target) => ({ Type: 'tmpfs', Target, TmpfsOptions }));
  const node = { Type: 'volume', Source: `${stackId}_agent-node`, Target: NODE, ReadOnly: true };
  const { openFiles, memoryMb, processes } = spec;
  const containerSpec = {
    Image: image.reference,
    Command: [...(isRelayed ? BROUGHT_NODE : ['node']), AGENT, ...image.entrypoint, ...(spec.command ?? image.command)],
    Env: [...environment(spec, parts)].map(([name, value]) => `${name}=${value}`),
    User: `${spec.user}:${spec.user}`,
    Mounts: [...tmpfs, ...(isRelayed ? [node] : [])],
    ...(openFiles !== undefined && { Ulimits: [{ Name: 'nofile', Soft: openFiles, Hard: openFiles }] }),
    StopGracePeriod: spec.graceMs * 1e6,
    Secrets: [...parts.secrets].map(([file, { id, name }]) => ({
      SecretID: id,
      SecretName: name,
      File: { Name: file, ...owner },
    })),
    Configs: [{ ConfigID: agent.id, ConfigName: agent.name, File: { Name: AGENT, ...owner, Mode: 0o444 } }],
  };
  const { TaskTemplate, ...base } = baseSpec(
    { stackId, name: spec.name, networkIds: [networkId] },
    containerSpec,
    isRelayed ? { ...spec, memoryMb: memoryMb + AGENT_MEMORY_MB, processes: processes + AGENT_PROCESSES } : spec,
  );
  const described = {
    ...base,
    // Swarm itself maintains the warm pool: a task that has ended is replaced at once.
    TaskTemplate: { ...TaskTemplate, RestartPolicy: { Condition: 'any', Delay: 0, MaxAttempts: 0 } },
    // Swarm would count a task that has finished its work as a failed update; the launcher handles rollouts itself (SwarmService, 4).
    UpdateConfig: { Parallelism: 1, Delay: 0, FailureAction: 'continue', Order: 'start-first' },
  };
  const digest = createHash('sha256').update(JSON.stringify(described)).digest('hex').slice(0, 16);
  return { ...described, Labels: { ...base.Labels, [label('spec')]: digest } } as unknown as ServiceDescription;
}

/** The environment that all tasks of the service share. A single task's variables are sent to its agent. */
function* environment(spec: SandboxSpec, parts: SwarmParts): Iterable<[string, string]> {
  yield ['TASK_AGENT_ADDRESS', parts.agentAddress];
  yield ['TASK_AGENT_TASK', '{{.Task.ID}}'];
  yield ['TASK_AGENT_SERVICE', spec.name];
  yield ['TASK_AGENT_SECRET_FILE', `${SECRETS}/task-agent`];
  for (const name of Object.keys(spec.secrets)) yield [`${name}_FILE`, `${SECRETS}/${name}`];
  if (spec.database) {
    yield ['PGHOST', parts.databaseHost];
    yield ['PGPASSWORD_FILE', `${SECRETS}/database-password`];
  }
}
