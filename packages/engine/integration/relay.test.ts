import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { label, permanent } from '@serverless-vote/contracts/labels';
import Docker from 'dockerode';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DockerEngine } from '../src/docker/docker-engine.ts';
import type { Relay, SandboxSpec } from '../src/engine.ts';

const stackId = `${process.env.STACK ?? 'alone'}-relay`;
const launcherImage = `serverless-vote/launcher:${process.env.IMAGE_TAG ?? 'latest'}`;
const image = `serverless-vote/relayed:${stackId}`;
const SOCKET = 'a.sock';
const run = promisify(execFile);

/** Knows only TCP. Tells its host name and interfaces, and whether it can connect to `/<host>/<port>`. */
const PROGRAM = `
const [fs, http, net, os] = ['node:fs', 'node:http', 'node:net', 'node:os'].map(require);
const canConnect = (host, port) => new Promise((resolve) => {
  const socket = net.connect({ host, port, timeout: 2000 });
  for (const event of ['connect', 'error', 'timeout']) socket.once(event, () => { socket.destroy(); resolve(event === 'connect'); });
});
http.createServer(async ({ url }, response) => {
  const [, host, port] = url.split('/');
  const told = { host: os.hostname(), interfaces: Object.keys(os.networkInterfaces()), volume: fs.statfsSync('/data').type, canConnect: !!port && await canConnect(host, port) };
  response.end(JSON.stringify(told));
}).listen(80);
net.connect(9001, '127.0.0.1').on('data', (data) => console.log('heard ' + data)).on('error', () => console.log('heard nothing'));`;

/** In the launcher's place: a server at a socket, and a client of sockets. */
const greet = (folder: string) => `
const fs = require('node:fs');
process.umask(0);
fs.mkdirSync('/run/runtime/${folder}');
require('node:net').createServer((socket) => socket.end('hello')).listen('/run/runtime/${folder}/${SOCKET}');`;
const ask = (folder: string, path: string) => `
require('node:http').get({ socketPath: '/run/ingress/${folder}/${SOCKET}', path: '${path}' }, (answer) => answer.pipe(process.stdout));`;

const docker = new Docker();
const engine = new DockerEngine(stackId, docker);
let launcher = '';

async function remove(): Promise<void> {
  const filters = { label: [`${label('launcher')}=${stackId}`] };
  const left = await docker.listContainers({ all: true, filters });
  await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
}

beforeAll(async () => {
  await remove();
  const build = run('docker', ['build', '--network', 'none', '--tag', image, '-']);
  build.child.stdin?.end(
    `FROM ${launcherImage}\nVOLUME /data\nENTRYPOINT ${JSON.stringify(['node', '-e', PROGRAM])}\n`,
  );
  await build;
  const paths = ['/run/runtime', '/run/control', '/run/ingress', '/var/run/postgresql'];
  const container = await docker.createContainer({
    Image: launcherImage,
    Entrypoint: ['node', '-e', "require('node:net').createServer().listen(9000)"],
    Labels: Object.fromEntries(permanent(stackId, 'launcher').map((each) => each.split('=') as [string, string])),
    HostConfig: { Mounts: paths.map((Target) => ({ Type: 'volume' as const, Source: '', Target })) },
  });
  await container.start();
  launcher = container.id;
  await inLauncher("require('node:fs').writeFileSync('/run/runtime/hosts', '127.0.0.1 localhost')");
  await engine.open();
});

afterAll(async () => {
  await engine.close();
  await remove();
  await run('docker', ['image', 'rm', image]);
});

const inLauncher = async (script: string, ...options: string[]) =>
  (await run('docker', ['exec', ...options, launcher, 'node', '-e', script])).stdout;
const containersOf = async (id: string) =>
  (await docker.listContainers({ all: true, filters: { label: [`${label('sandbox')}=${id}`] } })).length;

async function start(relay?: (id: string) => Relay) {
  const sandboxId = randomBytes(6).toString('hex');
  const spec: SandboxSpec = {
    ...{ sandboxId, kind: 'function', name: 'relayed', image, isForeign: true, runtime: undefined },
    ...{ user: 10_001, memoryMb: 128, cpus: 1, processes: 32, tmpMb: 8, environment: {}, secrets: {}, mounts: [] },
    ...{ database: false, relay: relay?.(sandboxId), graceMs: 1_000 },
  };
  await inLauncher(`process.umask(0); require('node:fs').mkdirSync('/run/ingress/${sandboxId}')`);
  const started = await engine.start(spec);
  let output = '';
  started.output.on('data', (chunk) => {
    output += chunk;
  });
  return { ...started, sandboxId, output: () => output };
}

const toPort = (folder: string): Relay => ({
  ...{ from: `/run/relay/${SOCKET}`, to: 80 },
  mounts: [{ volume: 'ingress', folder, target: '/run/relay', readOnly: false }],
});

async function listening() {
  const started = await start(toPort);
  const told = async (path = '/') =>
    JSON.parse(await inLauncher(ask(started.sandboxId, path))) as {
      host: string;
      interfaces: string[];
      volume: number;
      canConnect: boolean;
    };
  await expect.poll(() => told().catch(() => undefined)).toBeDefined();
  return { ...started, told };
}

describe('a program that listens on a port', () => {
  let one: Awaited<ReturnType<typeof listening>>;
  let other: typeof one;
  beforeEach(async () => {
    [one, other] = await Promise.all([listening(), listening()]);
  });

  test('is reached through a socket of its own, also by several on the same port, and sees no network', async () => {
    const [{ host, interfaces }, second] = await Promise.all([one.told(), other.told()]);
    expect(interfaces).toEqual(['lo']);
    expect(host).not.toBe(second.host);
  });

  test('reaches nothing but itself: neither the launcher, the machine, another network nor a name', async () => {
    const { NetworkSettings } = await docker.getContainer(launcher).inspect();
    const { IPAddress, Gateway } = NetworkSettings.Networks.bridge ?? {};
    for (const itself of ['127.0.0.1', 'localhost'])
      expect(await one.told(`/${itself}/80`), itself).toMatchObject({ canConnect: true });
    for (const target of [`${IPAddress}/9000`, `${Gateway}/22`, '192.0.2.1/80', 'example.com/80', '127.0.0.11/53'])
      expect(await one.told(`/${target}`), target).toMatchObject({ canConnect: false });
  });

  test('has the volumes of its image in memory, where they are limited', async () => {
    const TMPFS = 0x01021994;
    expect((await one.told()).volume).toBe(TMPFS);
  });

  test('is removed with its relay, and ends when the relay is killed', async () => {
    expect(await containersOf(one.sandboxId)).toBe(2);
    await engine.remove(one.sandboxId);
    expect(await containersOf(one.sandboxId)).toBe(0);
    await docker.getContainer(`${stackId}-sandbox-${other.sandboxId}-relay`).kill();
    expect(await other.exited).toMatchObject({ kind: 'exited', exitCode: 137 });
  });

  test('is found with its relay by the next launcher', async () => {
    const next = new DockerEngine(stackId, docker);
    expect(await next.list()).toEqual(expect.arrayContaining([one.sandboxId, other.sandboxId]));
    await next.remove(one.sandboxId);
    await docker.getContainer(`${stackId}-sandbox-${other.sandboxId}`).remove({ force: true });
    expect(await next.list()).toContain(other.sandboxId);
    await next.remove(other.sandboxId);
    expect(await Promise.all([one, other].map(({ sandboxId }) => containersOf(sandboxId)))).toEqual([0, 0]);
  });
});

test('an image from elsewhere has its volumes in memory without a relay, too', async () => {
  const { containerId } = await start();
  const { Mounts, HostConfig } = await docker.getContainer(containerId).inspect();
  expect(Mounts.map(({ Destination }) => Destination)).toEqual(['/etc/hosts']);
  expect(HostConfig.Tmpfs).toHaveProperty('/data', expect.stringContaining('size=8m'));
});

test('a program finds the port to which it connects open from its first moment, and behind it the socket', async () => {
  const folder = randomBytes(6).toString('hex');
  await inLauncher(greet(folder), '--detach');
  const { output } = await start(() => ({
    ...{ from: 9001, to: `/run/relay/${SOCKET}` },
    mounts: [{ volume: 'runtime', folder, target: '/run/relay', readOnly: true }],
  }));
  await expect.poll(output).toContain('heard');
  expect(output()).toContain('heard hello');
});
