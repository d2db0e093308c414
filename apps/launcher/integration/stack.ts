import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { label } from '@serverless-vote/contracts/labels';
import Docker from 'dockerode';
import { expect } from 'vitest';

/** The stack that `make test` has started for these tests. */
export const baseUrl = process.env.GATEWAY_URL ?? 'http://127.0.0.1:18080';
export const controlUrl = process.env.CONTROL_URL ?? 'http://127.0.0.1:19000';
const stack = process.env.STACK ?? 'serverless-vote-test';
export const docker = new Docker();

/** Longer than any deadline of the launcher, even on a busy machine. */
const SILENT_MS = 120_000;

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  json: () => unknown;
}

/** One request, sent exactly as given: unlike fetch, it doesn't normalize path, Host or headers. */
export function send(
  url: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path, method, headers, timeout: SILENT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const flat = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
        resolve({ status: response.statusCode ?? 0, headers: flat, text, json: () => JSON.parse(text) });
      });
    });
    request.on('timeout', () =>
      request.destroy(new Error(`No answer from ${url}${path} within ${SILENT_MS / 1000} s`)),
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Requests a page, with retries until web could be started within its deadline. */
export async function visit(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  for (;;) {
    const answer = await send(baseUrl, path, { headers });
    if (answer.status !== 503) return answer;
  }
}

const invocations = (name: string) => `/2015-03-31/functions/${name}/invocations`;

export function invoke(name: string, event: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
  return send(controlUrl, invocations(name), { method: 'POST', headers, body: JSON.stringify(event) });
}

/** The same for an invocation, with retries until a container could be started within a short deadline. */
export async function invokeInTime(name: string, event: unknown = {}): Promise<Answer> {
  for (;;) {
    const answer = await invoke(name, event);
    // `never-ready` is there to test the error of a start that takes too long, so that error isn't retried.
    const started = name === 'never-ready' || !answer.text.includes('Runtime.InitTimeout');
    if (answer.status !== 503 && started) return answer;
  }
}

/** Repeats an event that was not accepted (503), because the database took too long. */
export async function untilAccepted(attempt: () => Promise<Answer>): Promise<Answer> {
  let answer = await attempt();
  while (answer.status === 503) answer = await attempt();
  return answer;
}

export const invokeRaw = (name: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  send(controlUrl, invocations(name), { method: 'POST', headers, body });

export const vote = (choice = 'cats', voterId: string = randomUUID()) => invoke('record-vote', { voterId, choice });

/** Whether a vote's answer says that it was recorded. */
export const isRecorded = ({ status, headers }: Answer) =>
  status === 200 && headers['x-amz-function-error'] === undefined;

export async function total(): Promise<number> {
  return ((await invoke('fetch-results')).json() as { total: number }).total;
}

/** This stack's existing containers in any state, by their name in the catalog. */
export async function containers(name?: string): Promise<Docker.ContainerInfo[]> {
  const labels = [`${label('launcher')}=${stack}`, ...(name ? [`${label('name')}=${name}`] : [])];
  return docker.listContainers({ all: true, filters: { label: labels } });
}

export async function permanent(name: 'launcher' | 'database'): Promise<Docker.Container> {
  const [found] = await containers(name);
  if (!found) throw new Error(`The ${name} of stack ${stack} is not running`);
  return docker.getContainer(found.Id);
}

/** Kills a container's process as a crash would; the restart policy then restarts the two permanent ones. */
export async function crash(name: 'launcher' | 'database' | 'web'): Promise<void> {
  const [found] = await containers(name);
  const { State } = await docker.getContainer(found?.Id ?? '').inspect();
  process.kill(State.Pid, 'SIGKILL');
}

/** Waits until the launcher is healthy. */
export const healthy = () =>
  expect
    .poll(
      () =>
        send(controlUrl, '/healthz').then(
          ({ status }) => status,
          () => 0,
        ),
      { interval: 200 },
    )
    .toBe(200);

/** Follows the engine's events of this stack until `end`, which returns `<action> <id>` of each, with the exit status for `die`. */
export async function watchEngine(name: string): Promise<{ end(): Promise<string[]> }> {
  const labels = [`${label('launcher')}=${stack}`, `${label('name')}=${name}`];
  const stream = await docker.getEvents({ filters: { type: ['container'], label: labels } });
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return {
    async end() {
      (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
      const events = text
        .split('\n')
        .filter(Boolean)
        .map(
          (line) => JSON.parse(line) as { Action: string; id: string; Actor: { Attributes: { exitCode?: string } } },
        );
      return events.map(({ Action, id, Actor }) =>
        [Action, id.slice(0, 12), Actor.Attributes.exitCode].filter(Boolean).join(' '),
      );
    },
  };
}

/** Follows every container that is created for this stack, until `end`, which returns `<name> <image without its tag>` of each kind. */
export async function watchCreations(): Promise<{ end(): string[] }> {
  const labels = [`${label('launcher')}=${stack}`];
  const stream = await docker.getEvents({ filters: { type: ['container'], event: ['create'], label: labels } });
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return {
    end() {
      (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
      const lines = text.split('\n').filter(Boolean);
      const kinds = lines.map((line) => {
        const { Attributes } = (JSON.parse(line) as { Actor: { Attributes: Record<string, string> } }).Actor;
        return `${Attributes[label('name')]} ${Attributes.image?.replace(/:[^:/]*$/, '')}`;
      });
      return [...new Set(kinds)];
    },
  };
}

/** Reads a public or private stream until `leave` is called. */
export async function follow(url: string, path: string): Promise<{ text: () => string; leave: () => void }> {
  const leave = new AbortController();
  const response = await fetch(`${url}${path}`, { signal: leave.signal });
  let text = '';
  void (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  })().catch(() => undefined);
  return { text: () => text, leave: () => leave.abort() };
}
