import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The system under test. A worker that starts its own stack (`poll.ts`) writes its names here. */
export const stack = {
  name: process.env.STACK ?? 'serverless-vote-test',
  url: process.env.BASE_URL ?? 'http://localhost:18080',
  controlUrl: process.env.CONTROL_URL ?? 'http://127.0.0.1:19000',
};

/** How often a request is retried while the system is busy or starting. */
const ATTEMPTS = 30;

/** The message when a busy machine made a function miss its deadline. */
const TOO_SLOW = /"errorType":"(Sandbox\.Timedout|Runtime\.InitTimeout)"/;

/** The presenter's key, which `make run` created. */
export const presenterKey = () =>
  readFileSync(join(import.meta.dirname, '../../.secrets/presenter-key'), 'utf8').trim();

export type Results = { options: { id: string; label: string; votes: number }[]; total: number };

/** Runs a function through the control API; retries when it is throttled, and when a busy machine missed its deadline. */
export async function invoke<Result>(name: string, event: unknown): Promise<Result> {
  const url = `${stack.controlUrl}/2015-03-31/functions/${name}/invocations`;
  const { response, body } = await untilReady(() => fetch(url, { method: 'POST', body: JSON.stringify(event) }));
  if (!response.ok || response.headers.has('x-amz-function-error')) throw new Error(`${name}: ${body}`);
  return JSON.parse(body);
}

/** The results from the database. */
export const results = () => invoke<Results>('fetch-results', {});

/** A vote of a voter who uses none of the browsers. */
export const somebodyVotes = (choice: string) => invoke('record-vote', { voterId: randomUUID(), choice });

/** Waits until web runs. Only browsers that request a page get the page that says that it is starting; all other clients wait. */
export async function webRuns(origin = stack.url): Promise<void> {
  const { response, body } = await untilReady(() => fetch(`${origin}/icon.svg`));
  if (!response.ok) throw new Error(`${origin} answers ${response.status}: ${body}`);
}

async function untilReady(ask: () => Promise<Response>): Promise<{ response: Response; body: string }> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await ask();
    const body = await response.text();
    const isBusy = [429, 503, 504].includes(response.status) || TOO_SLOW.test(body);
    if (!isBusy || attempt === ATTEMPTS) return { response, body };
    await pause(1000 * Number(response.headers.get('retry-after') ?? 1));
  }
}

/** How to reach the engines that may run the stack's containers: this machine's, or those of a Swarm's nodes. */
const engines = (process.env.SWARM_NODES ?? '').split(' ').map((node) => (node ? ['exec', node, 'docker'] : []));

/** The stack's running containers of this name, on whatever node. */
export function containers(name: string): string[] {
  const labels = { launcher: stack.name, name };
  const filters = Object.entries(labels).map(([key, value]) => `--filter=label=org.serverless-vote.${key}=${value}`);
  const list = (engine: string[]) =>
    execFileSync('docker', [...engine, 'ps', '--quiet', ...filters], { encoding: 'utf8' });
  return engines.flatMap((engine) => list(engine).split('\n')).filter(Boolean);
}
