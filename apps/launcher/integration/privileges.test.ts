import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { beforeAll, describe, expect, test } from 'vitest';
import { hold } from './held.ts';
import { containers, docker, invoke, permanent, visit, vote } from './stack.ts';

/** What a running container's first process may do, and its surroundings, as the process itself reports them. */
interface Seen {
  uid: number;
  rights: Record<string, string>;
  root: string;
  tmp: string;
  networks: string[];
  engine: boolean;
  /** Files in the image that are never run or read. */
  tools: string[];
  HostConfig: Docker.HostConfig;
}

const LOOK = `
const fs = require('node:fs');
const status = Object.fromEntries(fs.readFileSync('/proc/1/status', 'utf8').trim().split('\\n').map((line) => line.split(':\\t')));
const mounts = fs.readFileSync('/proc/mounts', 'utf8').split('\\n').map((line) => line.split(' '));
const optionsOf = (place) => mounts.filter(([, at]) => at === place).at(-1)?.[3] ?? 'none';
const tools = ['/usr/local/lib/node_modules/npm', '/usr/local/bin/npm', '/usr/bin/gcc', '/usr/bin/make', '/usr/bin/python3', '/usr/bin/curl',
  '/bin/sh', '/usr/bin/apt', '/usr/bin/perl', '/root/.npm', '/app/node_modules/sharp', '/app/node_modules/typescript'];
const maps = fs.existsSync('/app') ? fs.readdirSync('/app', { recursive: true }).filter((name) => name.endsWith('.map')) : [];
console.log(JSON.stringify({
  uid: Number(status.Uid.split('\\t')[0]),
  rights: Object.fromEntries(['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs', 'Seccomp'].map((name) => [name, status[name]])),
  root: optionsOf('/'),
  tmp: optionsOf('/tmp'),
  networks: fs.readFileSync('/proc/net/dev', 'utf8').split('\\n').slice(2, -1).map((line) => line.split(':')[0].trim()),
  engine: fs.existsSync('/var/run/docker.sock'),
  tools: [...tools.filter((path) => fs.existsSync(path)), ...maps],
}));`;

const wake: Record<string, () => Promise<unknown>> = {
  'record-vote': () => vote(),
  'fetch-results': () => invoke('fetch-results'),
  web: () => visit('/'),
  launcher: async () => undefined,
  database: async () => undefined,
};

/** Inspects the newest container, which is idle; if it exits meanwhile, its successor is inspected. */
async function lookInto(name: string): Promise<Seen> {
  for (let tries = 1; ; tries += 1) {
    await wake[name]?.();
    await delay(300);
    try {
      const [info] = (await containers(name)).toSorted((a, b) => b.Created - a.Created);
      const container = docker.getContainer(info?.Id ?? 'none');
      const { HostConfig } = await container.inspect();
      const exec = await container.exec({ Cmd: ['node', '-e', LOOK], AttachStdout: true });
      const output: Buffer[] = [];
      for await (const chunk of await exec.start({ Tty: true })) output.push(chunk as Buffer);
      const said = /\{.*\}/s.exec(Buffer.concat(output).toString())?.[0] ?? '';
      return { ...(JSON.parse(said) as Omit<Seen, 'HostConfig'>), HostConfig };
    } catch (error) {
      if (tries === 40) throw error;
    }
  }
}

const uids = { 'record-vote': 10_001, 'fetch-results': 10_002, web: 10_003, database: 999, launcher: 0 };

describe.each(Object.entries(uids))('the container of %s', (name, uid) => {
  let seen: Seen;
  beforeAll(async () => {
    seen = await lookInto(name);
  });

  test('has no capability, can’t gain any, and is confined by seccomp', () => {
    const none = '0000000000000000';
    const rights = {
      CapInh: none,
      CapPrm: none,
      CapEff: none,
      CapBnd: none,
      CapAmb: none,
      NoNewPrivs: '1',
      Seccomp: '2',
    };
    expect(seen.rights).toEqual(rights);
  });

  test(`runs as uid ${uid}`, () => expect(seen.uid).toBe(uid));

  test('can write to nothing of its image, and run nothing from a small /tmp', () => {
    expect(seen.root).toMatch(/^ro,/);
    expect(seen.tmp).toMatch(/^rw,nosuid,nodev,noexec,/);
    const kilobytes = Number(/size=(\d+)k/.exec(seen.tmp)?.[1]);
    expect(kilobytes).toBeGreaterThan(0);
    expect(kilobytes).toBeLessThanOrEqual(32 * 1024);
  });

  if (name === 'launcher') {
    test('alone has a network, and the engine', () => {
      expect(seen.networks).toContain('eth0');
      expect(seen.engine).toBe(true);
    });
  } else {
    test('has no network, and not the engine', () => {
      expect(seen.networks).toEqual(['lo']);
      expect(seen.engine).toBe(false);
    });
  }

  test('has a limit on memory and processes, and no swap beyond it', () => {
    const { HostConfig } = seen;
    expect(HostConfig.Memory).toBeGreaterThan(0);
    expect(HostConfig.PidsLimit).toBeGreaterThan(0);
    if (uid >= 10_000) expect(HostConfig.MemorySwap).toBe(HostConfig.Memory);
  });

  test('contains no package managers, no build tools, and no sources', () => {
    // The permanent containers are built on Debian, with a shell and the package manager's database; on-demand images are bare.
    const ofDebian = uid < 10_000 ? ['/bin/sh', '/usr/bin/apt', '/usr/bin/perl'] : [];
    expect(seen.tools.filter((tool) => !ofDebian.includes(tool))).toEqual([]);
  });
});

test('the control API is published on loopback only, and no other endpoint at all', async () => {
  const { NetworkSettings } = await (await permanent('launcher')).inspect();
  expect(Object.keys(NetworkSettings.Ports).toSorted()).toEqual(['8080/tcp', '9000/tcp']);
  expect(NetworkSettings.Ports['9000/tcp']?.map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1']);
  const { NetworkSettings: database } = await (await permanent('database')).inspect();
  expect(database.Ports).toEqual({});
});

test('the control API stays on loopback when BIND opens the pages to the network', () => {
  const script = `. ${import.meta.dirname}/../../../infra/stack/settings.sh; compose config`;
  const settings = { BIND: '0.0.0.0', COMPOSE_FILE: 'docker-compose.yml' };
  const config = execFileSync('bash', ['-c', script], { env: { ...process.env, ...settings }, encoding: 'utf8' });
  // In the format of compose 1.29, or of version 2.
  const ports = config.matchAll(/- ([\d.]+):\d+:(\d+)\/tcp|host_ip: ([\d.]+)\s+target: (\d+)/g);
  expect([...ports].map(([, host, port, host2, port2]) => `${host ?? host2} ${port ?? port2}`).toSorted()).toEqual([
    '0.0.0.0 8080',
    '127.0.0.1 9000',
  ]);
});

describe('the runtime that the catalog names', () => {
  test('is the one that the container runs in', async () => {
    const { answer, containerId, release } = await hold('in-runc');
    expect((await docker.getContainer(containerId).inspect()).HostConfig.Runtime).toBe('runc');
    await release();
    expect((await answer).status).toBe(200);
  });

  test('is named in the error when the engine does not have it', async () => {
    const answer = await invoke('in-no-runtime');
    expect(answer).toMatchObject({ status: 500, headers: { 'x-amzn-errortype': 'InternalFailure' } });
    expect(answer.json()).toMatchObject({ Message: expect.stringContaining('no runtime "runtime-that-is-not-there"') });
    expect((await vote()).status).toBe(200);
  });
});
