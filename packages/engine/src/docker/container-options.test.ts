import { expect, test } from 'vitest';
import type { SandboxSpec } from '../engine.ts';
import { containerOptions } from './container-options.ts';

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
  ...{ environment: { A: 'b' }, secrets: {}, mounts: [], database: true, graceMs: 1_000 },
};
const paths = { runtime: '/r', control: '/c', ingress: '/i', postgres: '/p' };
const hostConfigOf = (changes: Partial<SandboxSpec> = {}) =>
  containerOptions('stack', { ...spec, ...changes }, 'none', paths).HostConfig;

test('a sandbox has limits for memory, processors, processes, open files and its /tmp', () => {
  expect(hostConfigOf()).toMatchObject({
    ...{ Memory: 128 * 2 ** 20, MemorySwap: 128 * 2 ** 20, NanoCpus: 5e8, PidsLimit: 32 },
    Ulimits: [{ Name: 'nofile', Soft: 96, Hard: 96 }],
    Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,uid=10001,gid=10001,size=8m' },
  });
  expect(Object.keys(hostConfigOf({ writable: ['/run'] })?.Tmpfs ?? {})).toEqual(['/tmp', '/run']);
  expect(hostConfigOf({ openFiles: undefined })).not.toHaveProperty('Ulimits');
});

test('a sandbox with stdio has its standard input open until the event has ended; any other has none', () => {
  const command = ['python3', '-c', ''];
  const stdin = { AttachStdin: true, OpenStdin: true, StdinOnce: true };
  expect(containerOptions('stack', { ...spec, stdio: true, command }, 'none', paths)).toMatchObject({
    ...stdin,
    Cmd: command,
  });
  for (const option of [...Object.keys(stdin), 'Cmd'])
    expect(containerOptions('stack', spec, 'none', paths)).not.toHaveProperty(option);
});

test('a sandbox has no privileges, writes nowhere but in /tmp, and leaves no log on the disk', () => {
  const { HostConfig, User } = containerOptions('stack', spec, 'none', paths);
  expect(User).toBe('10001:10001');
  expect(HostConfig).toMatchObject({
    ...{ ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] },
    ...{ LogConfig: { Type: 'none' }, Binds: ['/r/hosts:/etc/hosts:ro', '/p:/var/run/postgresql:ro'] },
  });
  expect(hostConfigOf({ database: false })).toMatchObject({ Binds: ['/r/hosts:/etc/hosts:ro'] });
});

test('the engine sets up no network for a sandbox, unless it joins its relay', () => {
  const optionsIn = (network: string) => containerOptions('stack', spec, network, paths);
  expect(optionsIn('none')).toMatchObject({ NetworkDisabled: true, HostConfig: { NetworkMode: 'none' } });
  expect(optionsIn('container:1a2b')).toMatchObject({
    ...{ NetworkDisabled: false, HostConfig: { NetworkMode: 'container:1a2b' } },
  });
});
