import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

/** Everything that these tests make carries it; nothing else does, not even another clone's tests. */
const LABEL = `org.serverless-vote.test=postgres-${process.env.STACK ?? 'alone'}`;

/** Runs a docker command. @returns its output */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args);
  return stdout.trim();
}

/** Starts a container that stays. @returns its id */
export function startContainer(...args: string[]): Promise<string> {
  return docker('run', '--detach', '--label', LABEL, '--network', 'none', ...args);
}

/** What a container has printed. */
export async function printedBy(container: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('docker', ['logs', container]);
  return stdout + stderr;
}

/** Runs a container with something on stdin, to its end. */
export async function runContainer(stdin: string, ...args: string[]) {
  const child = spawn('docker', ['run', '--rm', '--interactive', '--label', LABEL, ...args]);
  child.stdin.end(stdin);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { stdout, stderr, exitCode };
}

export function createVolume(): Promise<string> {
  return docker('volume', 'create', '--label', LABEL);
}

/** Removes what these tests have made, also what an earlier run had no time to remove. */
export async function removeEverything(): Promise<void> {
  const containers = await docker('ps', '--all', '--quiet', '--filter', `label=${LABEL}`);
  if (containers) await docker('rm', '--force', '--volumes', ...containers.split('\n'));
  const volumes = await docker('volume', 'ls', '--quiet', '--filter', `label=${LABEL}`);
  if (volumes) await docker('volume', 'rm', ...volumes.split('\n'));
}
