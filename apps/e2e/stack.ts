import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The running system that is tested. */
export const BASE_URL = process.env.BASE_URL ?? 'http://localhost:18080';
export const CONTROL_URL = process.env.CONTROL_URL ?? 'http://127.0.0.1:19000';
export const STACK = process.env.STACK ?? 'serverless-vote-test';

/** What makes a browser the presenter's; `make run` made it. */
export const presenterKey = () =>
  readFileSync(join(import.meta.dirname, '../../.secrets/presenter-key'), 'utf8').trim();

export type Results = { options: { id: string; label: string; votes: number }[]; total: number };

/** Runs a function through the launcher's control address. */
export async function invoke<Result>(name: string, event: unknown): Promise<Result> {
  const response = await fetch(`${CONTROL_URL}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    body: JSON.stringify(event),
  });
  const body = await response.text();
  if (!response.ok || response.headers.has('x-amz-function-error')) throw new Error(`${name}: ${body}`);
  return JSON.parse(body);
}

/** The results as the database has them. */
export const results = () => invoke<Results>('fetch-results', {});

/** A vote of somebody who isn't in any of the browsers. */
export const somebodyVotes = (choice: string) => invoke('record-vote', { voterId: randomUUID(), choice });

/** Ways to the engines that may run containers of the stack: this machine's, or those of a Swarm's nodes. */
const engines = (process.env.SWARM_NODES ?? '').split(' ').map((node) => (node ? ['exec', node, 'docker'] : []));

/** The containers of the stack that run now and have this name, wherever they run. */
export function containers(name: string): string[] {
  const labels = { launcher: STACK, name };
  const filters = Object.entries(labels).map(([key, value]) => `--filter=label=org.serverless-vote.${key}=${value}`);
  const list = (engine: string[]) =>
    execFileSync('docker', [...engine, 'ps', '--quiet', ...filters], { encoding: 'utf8' });
  return engines.flatMap((engine) => list(engine).split('\n')).filter(Boolean);
}
