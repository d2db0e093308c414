import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docker, permanent, send } from './stack.ts';

const run = promisify(execFile);
const ip = (...words: string[]) => run('ip', words);
const NAMESPACE = `sv-neighbour-${process.pid}`;
/** A link for documentation's addresses (RFC 5737), which nobody has: this machine's end, and the neighbour's. */
const HERE = '192.0.2.13';
const THERE = '192.0.2.14';

/** A machine on this one's network, with a route to the containers: a network namespace. */
const cannotBeMade = await whyNot();
async function whyNot(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'containers have no address that this machine could route to';
  if (process.getuid?.() !== 0) return 'a network namespace needs root';
  const { OperatingSystem } = (await docker.info()) as { OperatingSystem: string };
  if (OperatingSystem.includes('Docker Desktop')) return 'containers have no address that this machine could route to';
  return ip('-V').then(
    () => undefined,
    () => 'there is no ip command (package iproute2)',
  );
}

/** Asks all of these at once, and prints what each answered: the status, or how the connection failed. */
const asking = (address: string, paths: readonly string[]) => `
  const ask = (path) => fetch('http://${address}:' + path, { headers: { host: 'localhost' }, signal: AbortSignal.timeout(20_000) })
    .then(({ status }) => status, ({ cause, name }) => cause?.code ?? name);
  Promise.all(${JSON.stringify(paths)}.map(ask)).then((answers) => { console.log(JSON.stringify(answers)); process.exit(); });`;

const CONTROL = ['9000/2015-03-31/functions', '9000/events', '9000/system/logs?name=record-vote', '9000/dead-letters'];
const METRICS = ['9000/healthz', '9000/metrics'];
const PAGES = ['8080/', '8080/streams/results'];

async function launcher() {
  const { Image, NetworkSettings } = await (await permanent('launcher')).inspect();
  const [[network = '', { IPAddress = '' } = {}] = []] = Object.entries(NetworkSettings.Networks);
  return { image: Image, network, address: IPAddress };
}

describe.runIf(cannotBeMade === undefined)('a neighbour with a route to the launcher’s container', () => {
  beforeAll(async () => {
    const [here, there] = [`sv${process.pid}a`, `sv${process.pid}b`];
    await ip('netns', 'add', NAMESPACE);
    await ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', NAMESPACE);
    await ip('address', 'add', `${HERE}/30`, 'dev', here);
    await ip('link', 'set', here, 'up');
    const inside = (...words: string[]) => ip('-netns', NAMESPACE, ...words);
    await inside('address', 'add', `${THERE}/30`, 'dev', there);
    await inside('link', 'set', there, 'up');
    await inside('route', 'add', 'default', 'via', HERE);
  }, 60_000);
  // The link goes with the namespace.
  afterAll(() => ip('netns', 'delete', NAMESPACE).catch(() => undefined));

  test('gets no answer, neither from the control API nor, while BIND is loopback, from the gateway', {
    timeout: 60_000,
  }, async () => {
    const script = asking((await launcher()).address, [...CONTROL, ...METRICS, ...PAGES]);
    const { stdout } = await run('ip', ['netns', 'exec', NAMESPACE, process.execPath, '--eval', script]);
    const answers = JSON.parse(stdout) as (string | number)[];
    expect(answers.filter((answer) => typeof answer === 'number')).toEqual([]);
  });
});

test.runIf(cannotBeMade !== undefined)(
  `a neighbour with a route can't be tried here: ${cannotBeMade}`,
  () => undefined,
);

test('a container that the operator puts beside the launcher may read health and metrics, and open pages, but nothing else', {
  timeout: 120_000,
}, async () => {
  const { image, network, address } = await launcher();
  const beside = async (paths: readonly string[]) => {
    const script = asking(address, paths);
    const { stdout } = await run('docker', [
      'run',
      '--rm',
      '--network',
      network,
      '--entrypoint',
      'node',
      image,
      '--eval',
      script,
    ]);
    return JSON.parse(stdout) as number[];
  };
  expect(await beside([...CONTROL, ...METRICS, '8080/streams/results'])).toEqual([403, 403, 403, 403, 200, 200, 200]);
});

test('this machine itself reaches both', async () => {
  const control = process.env.CONTROL_URL ?? '';
  expect((await send(control, '/2015-03-31/functions')).status).toBe(200);
  expect((await send(process.env.GATEWAY_URL ?? '', '/streams/none')).status).toBe(404);
});
