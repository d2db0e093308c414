import { Agent, type IncomingMessage, request } from 'node:http';
import { env } from './env.ts';
import { InvocationError } from './invocation-error.ts';
import { phasesFrom } from './phases.ts';
import type { Phases, Receipt } from './receipt.ts';

/** Longer than any function's deadline, because the launcher's own error says more than a time-out here. */
const TIMEOUT_MS = 20_000;
/** Longer than the launcher's own check of the database. */
const HEALTH_TIMEOUT_MS = 2_000;
/** Pages need less. A compromised function could send 6 MB of brackets, which would exhaust web's memory and CPU. */
const RESULT_LIMIT = 64 * 1024;
/** Function errors that are the fault of the event's sender. */
const REFUSALS = ['InvalidEvent', 'UnknownOption'];

/** The error codes of a kept-alive connection that the other end has closed. */
const STALE = ['ECONNRESET', 'EPIPE'];

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** A function's result, and how it was produced. */
export type Invocation<Result> = {
  result: Result;
  requestId: string;
  containerId: string;
  startKind: Receipt['startKind'];
  durationMs: number;
  phases: Phases;
};

/** Invokes a function through the launcher's socket for web, which speaks AWS Lambda's Invoke API. */
export async function invoke<Result>(
  functionName: string,
  event: unknown,
  trace: Record<string, string> = {},
): Promise<Invocation<Result>> {
  const startedAt = performance.now();
  const path = `/2015-03-31/functions/${functionName}/invocations`;
  const response = await post(path, JSON.stringify(event), trace);
  const body = await bodyOf(response).catch(() => undefined);
  const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;

  const error = errorOf(response, body);
  if (error) throw error;
  if (body === undefined)
    throw new InvocationError('failed', `${functionName} did not answer with JSON that a page can show`);
  const header = (name: string) => response.headers[name]?.toString() ?? '';
  const startKind = header('x-start-kind');
  return {
    result: body as Result,
    requestId: header('x-amzn-requestid'),
    containerId: header('x-container-id'),
    startKind: startKind === 'prewarmed' || startKind === 'warm' ? startKind : 'cold',
    durationMs,
    phases: phasesFrom(header('server-timing')),
  };
}

/** Asks the launcher to kill the next container of a function with an event in flight. @returns which one it was */
export async function killNext(functionName: string): Promise<string> {
  const path = `/presenter/kill?name=${functionName}`;
  const response = await post(path, '', { authorization: `Bearer ${env().PRESENTER_KEY}` });
  const body = (await bodyOf(response).catch(() => undefined)) as { containerId: string };
  const error = errorOf(response, body);
  if (error) throw error;
  return body.containerId;
}

/** True only if the launcher reports that no vote can be recorded now; without an answer in time, false. */
export async function isVotingPaused(): Promise<boolean> {
  return new Promise((resolve) => {
    // A new connection: a kept-alive one may have been closed.
    const asked = request({ ...controlAddress(), path: '/healthz', agent: false, headers: token() }, (response) => {
      response.resume();
      resolve(response.statusCode === 503);
    });
    asked.setTimeout(HEALTH_TIMEOUT_MS, () => asked.destroy(new Error('the launcher did not answer in time')));
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

/** Sends the event. A refused connection means that the launcher is starting or stopping. */
function post(path: string, body: string, more: Record<string, string> = {}): Promise<IncomingMessage> {
  const headers = {
    ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...more },
    ...token(),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ ...controlAddress(), path, method: 'POST', agent, headers }, resolve);
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error('the launcher did not answer in time')));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The launcher closed an idle connection just as we reused it. Our functions are idempotent, so a retry is safe.
      if (sent.reusedSocket && STALE.includes(error.code ?? '')) post(path, body, more).then(resolve, reject);
      else reject(new InvocationError('unavailable', error.message));
    });
    sent.end(body);
  });
}

/** @throws when it isn't JSON, or exceeds the limit; then the rest is not read */
async function bodyOf(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > RESULT_LIMIT) throw new Error(`More than ${RESULT_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}

function controlAddress(): { socketPath: string } | { host: string | undefined; port: string | undefined } {
  const { CONTROL_ADDRESS } = env();
  const [host, port] = CONTROL_ADDRESS.split(':');
  return CONTROL_ADDRESS.startsWith('/') ? { socketPath: CONTROL_ADDRESS } : { host, port };
}

const token = () => (env().CONTROL_TOKEN ? { 'serverless-vote-token': env().CONTROL_TOKEN } : {});

function errorOf({ statusCode, headers }: IncomingMessage, body: unknown): InvocationError | undefined {
  const { errorType, errorMessage, Message } = (body ?? {}) as Record<string, string | undefined>;
  const message = errorMessage ?? Message ?? `The launcher answered ${statusCode}`;
  if (statusCode === 429) return new InvocationError('busy', message, headers['retry-after']);
  if (statusCode === 503) return new InvocationError('unavailable', message, headers['retry-after']);
  if (statusCode !== 200) return new InvocationError('failed', message);
  if (!headers['x-amz-function-error']) return undefined;
  return new InvocationError(REFUSALS.includes(errorType ?? '') ? 'refused' : 'failed', message);
}
