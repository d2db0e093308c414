import { Agent, type IncomingMessage, request } from 'node:http';
import { env } from './env.ts';
import { InvocationError } from './invocation-error.ts';
import { phasesFrom } from './phases.ts';
import type { Phases, Receipt } from './receipt.ts';

/** Longer than any function's deadline: the launcher knows better than we do why something takes long. */
const TIMEOUT_MS = 20_000;
/** Longer than the launcher asks the database. */
const HEALTH_TIMEOUT_MS = 2_000;
/** A page needs less. A function that was taken over could send 6 MB of brackets, which take web's memory, and all its time, to read. */
const RESULT_LIMIT = 64 * 1024;
/** Function errors that are the fault of whoever made the event. */
const REFUSALS = ['InvalidEvent', 'UnknownOption'];

/** How a connection fails that ended while nobody used it. */
const STALE = ['ECONNRESET', 'EPIPE'];

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** A function's result, and how it came about. */
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

/** Has the next container of a function that has an event in hand killed; tells which one it was. */
export async function killNext(functionName: string): Promise<string> {
  const path = `/presenter/kill?name=${functionName}`;
  const response = await post(path, '', { authorization: `Bearer ${env().PRESENTER_KEY}` });
  const body = (await bodyOf(response).catch(() => undefined)) as { containerId: string };
  const error = errorOf(response, body);
  if (error) throw error;
  return body.containerId;
}

/** Is the launcher sure that no vote can be recorded just now? It asks the database; who doesn't know in time says no. */
export async function isVotingPaused(): Promise<boolean> {
  return new Promise((resolve) => {
    // A connection of its own: one that was kept may have ended since.
    const asked = request({ ...controlAddress(), path: '/healthz', agent: false, headers: token() }, (response) => {
      response.resume();
      resolve(response.statusCode === 503);
    });
    asked.setTimeout(HEALTH_TIMEOUT_MS, () => asked.destroy(new Error('the launcher did not answer in time')));
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

/** Sends the event. Nobody behind the endpoint means that the launcher is on its way up or down. */
function post(path: string, body: string, more: Record<string, string> = {}): Promise<IncomingMessage> {
  const headers = {
    ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...more },
    ...token(),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ ...controlAddress(), path, method: 'POST', agent, headers }, resolve);
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error('the launcher did not answer in time')));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The launcher closed an idle connection just as we reused it. Every function of ours may be asked twice.
      if (sent.reusedSocket && STALE.includes(error.code ?? '')) post(path, body, more).then(resolve, reject);
      else reject(new InvocationError('unavailable', error.message));
    });
    sent.end(body);
  });
}

/** @throws when it is no JSON, or too much of it: the rest is not waited for */
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
