import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';
import { docker } from './stack.ts';

const run = promisify(execFile);
const ip = (...words: string[]) => run('ip', words);
const NAMESPACE = `sv-neighbour-${process.pid}`;
/**
 * A link with addresses that are reserved for tests (RFC 2544: 198.18.0.0/15). Each process uses four of its own, so two suites may run in parallel.
 */
const FIRST = (process.pid % 2 ** 15) * 4;
const address = (end: number) => `198.${18 + (FIRST >> 16)}.${(FIRST >> 8) & 255}.${(FIRST & 255) + end}`;
/** The addresses of this machine's end and the neighbour's. */
const [HERE, THERE] = [address(1), address(2)];

/** Why a neighbour can't be created here. It is a network namespace that acts as a machine with a route to the containers. */
export const cannotBeMade = await whyNot();
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

/** Creates the neighbour for the tests of one `describe`. */
export function neighbour(): void {
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
  });
  // Removing the namespace also removes the link.
  afterAll(() => ip('netns', 'delete', NAMESPACE).catch(() => undefined));
}

/** Requests all addresses in parallel, and prints each status, or how the connection failed. */
export const asking = (address: string, paths: readonly string[], patienceMs = 20_000) => `
  const ask = (path) => fetch('http://${address}:' + path, { headers: { host: 'localhost' }, signal: AbortSignal.timeout(${patienceMs}) })
    .then(({ status }) => status, ({ cause, name }) => cause?.code ?? name);
  Promise.all(${JSON.stringify(paths)}.map(ask)).then((answers) => { console.log(JSON.stringify(answers)); process.exit(); });`;

/** The neighbour's answer for each path. */
export async function asNeighbour(address: string, paths: readonly string[]): Promise<(string | number)[]> {
  const node = [process.execPath, '--eval', asking(address, paths)];
  return JSON.parse((await run('ip', ['netns', 'exec', NAMESPACE, ...node])).stdout);
}
