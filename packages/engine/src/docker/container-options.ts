import { label, onDemandLabels } from '@serverless-vote/contracts/labels';
import type Docker from 'dockerode';
import type { Mount, SandboxSpec } from '../engine.ts';

const POSTGRES: Mount = { volume: 'postgres', target: '/var/run/postgresql', readOnly: true };

/** Paths of the launcher's volumes on the engine's machine. */
export type VolumePaths = Record<Mount['volume'], string>;

export const containerName = (stackId: string, sandboxId: string): string => `${stackId}-sandbox-${sandboxId}`;

/** The `/etc/hosts` of sandboxes, in the root of the volume `runtime`: it says where `localhost` is. The platform writes it. */
export const HOSTS_FILE = 'hosts';
const HOSTS: Mount = { volume: 'runtime', folder: HOSTS_FILE, target: '/etc/hosts', readOnly: true };

/** Common to all containers that a launcher starts: a name, labels by which the sweep finds them, and no privileges. */
export function confined(
  { stackId, name, sandboxId, user }: { stackId: string; name: string; sandboxId: string; user: number },
  HostConfig: Docker.HostConfig,
): Docker.ContainerCreateOptions {
  return {
    name: containerName(stackId, sandboxId),
    User: `${user}:${user}`,
    Labels: { ...onDemandLabels(stackId, name), [label('sandbox')]: sandboxId },
    // The runtime makes it an empty namespace, with `lo`; the engine's own way to set up none would double the time of the start.
    NetworkDisabled: HostConfig.NetworkMode === 'none',
    HostConfig: {
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      LogConfig: { Type: 'none', Config: {} },
      ...HostConfig,
    },
  };
}

/** A sandbox's container. @param network its network mode */
export function containerOptions(
  stackId: string,
  spec: SandboxSpec,
  network: string,
  volumePaths: VolumePaths,
): Docker.ContainerCreateOptions {
  const { openFiles, user } = spec;
  // Owned by the user, because the engine gives it the mode of the folder in the image, which may be root's alone.
  const tmpfs = `rw,noexec,nosuid,nodev,uid=${user},gid=${user},size=${spec.tmpMb}m`;
  const mounts = [HOSTS, ...spec.mounts, ...(spec.database ? [POSTGRES] : [])];
  const hostConfig: Docker.HostConfig = {
    NetworkMode: network,
    ...(spec.runtime !== undefined && { Runtime: spec.runtime }),
    Binds: mounts.map((mount) => bind(mount, volumePaths)),
    Tmpfs: Object.fromEntries(['/tmp', ...(spec.writable ?? [])].map((folder) => [folder, tmpfs])),
    Memory: spec.memoryMb * 1024 * 1024,
    MemorySwap: spec.memoryMb * 1024 * 1024,
    NanoCpus: Math.round(spec.cpus * 1e9),
    PidsLimit: spec.processes,
    ...(openFiles !== undefined && { Ulimits: [{ Name: 'nofile', Soft: openFiles, Hard: openFiles }] }),
    RestartPolicy: { Name: 'no' },
  };
  return {
    ...confined({ ...spec, stackId }, hostConfig),
    Image: spec.image,
    ...(spec.command && { Cmd: spec.command }),
    // `StdinOnce`: the end of our stream is the end of its standard input.
    ...(spec.stdio && { AttachStdin: true, OpenStdin: true, StdinOnce: true }),
    Env: Object.entries({ ...spec.environment, ...spec.secrets }).map(([name, value]) => `${name}=${value}`),
    AttachStdout: true,
    AttachStderr: true,
  };
}

export function bind({ volume, folder, target, readOnly }: Mount, volumePaths: VolumePaths): string {
  const source = folder === undefined ? volumePaths[volume] : `${volumePaths[volume]}/${folder}`;
  return `${source}:${target}:${readOnly ? 'ro' : 'rw'}`;
}
