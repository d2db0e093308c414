import { request } from 'node:http';
import type { HttpResponse } from '@serverless-vote/runtime/http-response';
import { env } from './env.ts';
import { InvocationError } from './invocation-error.ts';
import { post } from './launcher-connections.ts';
import { phasesFrom } from './phases.ts';
import type { Phases, Receipt } from './receipt.ts';

/** Longer than the launcher's own check of the database. */
const HEALTH_TIMEOUT_MS = 2_000;
/** Function errors that are the fault of the event's sender. */
const REFUSALS: Record<string, InvocationError['kind']> = {
  ...{ InvalidEvent: 'refused', UnknownOption: 'refused', UnknownPoll: 'refused', NotADraft: 'refused' },
  ...{ TooManyPolls: 'refused', PollClosed: 'closed' },
};

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
  limitBytes?: number,
): Promise<Invocation<Result>> {
  const startedAt = performance.now();
  const path = `/2015-03-31/functions/${functionName}/invocations`;
  const response = await post(path, JSON.stringify(event), trace, limitBytes);
  const body = bodyOf(response);
  const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;

  const error = errorOf(response, body);
  if (error) throw error;
  if (body === undefined)
    throw new InvocationError('failed', `${functionName} did not answer with JSON that a page can show`);
  const header = (name: string) => response.headers.get(name) ?? '';
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
  const body = bodyOf(response) as { containerId: string };
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

/** Undefined if it isn't JSON. */
function bodyOf({ body }: HttpResponse): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function controlAddress(): { socketPath: string } | { host: string | undefined; port: string | undefined } {
  const { CONTROL_ADDRESS } = env();
  const [host, port] = CONTROL_ADDRESS.split(':');
  return CONTROL_ADDRESS.startsWith('/') ? { socketPath: CONTROL_ADDRESS } : { host, port };
}

const token = () => (env().CONTROL_TOKEN ? { 'serverless-vote-token': env().CONTROL_TOKEN } : {});

function errorOf({ status, headers }: HttpResponse, body: unknown): InvocationError | undefined {
  const { errorType, errorMessage, Message } = (body ?? {}) as Record<string, string | undefined>;
  const message = errorMessage ?? Message ?? `The launcher answered ${status}`;
  if (status === 429) return new InvocationError('busy', message, headers.get('retry-after'));
  if (status === 503) return new InvocationError('unavailable', message, headers.get('retry-after'));
  if (status !== 200) return new InvocationError('failed', message);
  if (!headers.has('x-amz-function-error')) return undefined;
  return new InvocationError(REFUSALS[errorType ?? ''] ?? 'failed', message);
}
