import type { IncomingMessage, ServerResponse } from 'node:http';
import type net from 'node:net';
import { arnOf } from '@serverless-vote/catalog';
import { traceparentOf, xrayHeaderOf } from '@serverless-vote/contracts/trace-context';
import { BodyRefused, ByteBudget, readBody } from '@serverless-vote/http-server/body';
import { denied, LauncherError, respondWithError } from '../model/errors.ts';
import { FUNCTIONS, functionError, type Outcome, RESULT_LIMIT, resultTooLarge } from '../model/invocation.ts';
import { CALLS_AT_ONCE, type Poll, type RuntimeClient } from './runtime-client.ts';

const BASE = '/2018-06-01/runtime/';
const ERROR_LIMIT = 64 * 1024;
/** Memory for the results that one sandbox sends at the same time. */
const RESPONSES_AT_ONCE = 16 * 1024 * 1024;

/** A few connections more than a sandbox needs are enough. */
export const connectionsFor = ({ allowedInFlight, call }: RuntimeClient): number =>
  allowedInFlight * (call ? 1 + CALLS_AT_ONCE : 1) + 4;

/**
 * AWS Lambda's Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) for one sandbox, over whatever transport.
 * Beyond Lambda: it also answers the Invoke API, for the functions that the catalog allows this one; `next` answers 410 when there are no
 * more events, and carries the event's place in the order of acceptance and W3C's `traceparent`. While too many results are being received, a further one is refused with 429: send it again.
 */
export function runtimeHandler(client: RuntimeClient): (request: IncomingMessage, response: ServerResponse) => void {
  // A runtime may send its answer and the next `next` in one write, so each connection's requests are handled in order.
  const turns = new WeakMap<net.Socket, Promise<void>>();
  const budget = new ByteBudget(RESPONSES_AT_ONCE);
  return (request, response) => {
    const before = turns.get(request.socket) ?? Promise.resolve();
    const turn = before
      .then(() => serve(client, budget, request, response))
      .catch((error: unknown) => respondWithError(response, error));
    turns.set(request.socket, turn);
  };
}

async function serve(client: RuntimeClient, budget: ByteBudget, request: IncomingMessage, response: ServerResponse) {
  const { method, url: path = '' } = request;
  const isCall = path.startsWith(`${FUNCTIONS}/`);
  if (isCall && client.call) return client.call(request, response);
  if (isCall) throw denied(`The catalog allows ${client.name} to invoke no function.`);
  const [kind, requestId = '', verb = ''] = path.startsWith(BASE) ? path.slice(BASE.length).split('/') : [];
  const route = `${method} ${kind}/${verb === '' ? requestId : verb}`;
  if (route === 'GET invocation/next' && verb === '') return next(client, request, response);
  if (kind !== undefined && method !== 'POST')
    throw new LauncherError('MethodNotAllowedException', `The Runtime API has no ${method} ${path}.`);
  if (route === 'POST init/error' && verb === '') {
    const { errorType, errorMessage } = errorIn(request, await readBody(request, ERROR_LIMIT, budget));
    client.initFailed(errorType, errorMessage);
  } else if (route === 'POST invocation/response' || route === 'POST invocation/error') {
    await takeAnswer(client, { requestId, isError: verb === 'error' }, budget, request);
  } else throw new LauncherError('ResourceNotFoundException', `The Runtime API has no ${path}.`);
  response.writeHead(202, { 'Content-Type': 'application/json', 'Content-Length': 15 }).end('{"status":"OK"}');
}

async function takeAnswer(
  client: RuntimeClient,
  { requestId, isError }: { requestId: string; isError: boolean },
  budget: ByteBudget,
  request: IncomingMessage,
): Promise<void> {
  // Checked before the body is read, so that an answer to an event that it doesn't have can't use memory.
  const standing = client.standing(requestId);
  if (standing !== 'in-hand') request.resume();
  if (standing === 'answered')
    throw new LauncherError('ResourceConflictException', 'This invocation has been answered already.');
  if (standing === 'not-yours')
    throw new LauncherError('AccessDeniedException', 'This invocation is not in flight in this container.');
  const outcome = isError ? await readError(request, budget) : await readResult(request, budget);
  // While the body was being received, the deadline may have passed, or a second answer arrived.
  if (client.standing(requestId) === 'in-hand') client.answer(requestId, outcome);
}

/** A body that is too large is the function's fault. One that is cut off, or that exceeds the budget, is no answer: the event is retried. */
async function readResult(request: IncomingMessage, budget: ByteBudget): Promise<Outcome> {
  try {
    return { kind: 'result', payload: await readBody(request, RESULT_LIMIT, budget) };
  } catch (error) {
    if (!(error instanceof BodyRefused) || error.kind !== 'too-large') throw error;
    return resultTooLarge();
  }
}

async function readError(request: IncomingMessage, budget: ByteBudget): Promise<Outcome> {
  const { errorType, errorMessage } = errorIn(request, await readBody(request, ERROR_LIMIT, budget));
  return functionError(errorType, errorMessage);
}

function errorIn(request: IncomingMessage, body: Buffer): { errorType: string; errorMessage: string } {
  const named = request.headers['lambda-runtime-function-error-type'];
  let parsed: { errorType?: unknown; errorMessage?: unknown } = {};
  try {
    parsed = (JSON.parse(body.toString()) ?? {}) as typeof parsed;
  } catch {
    // The body is untrusted; an error that can't be parsed is reported by the name in its header.
  }
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  return {
    errorType: text(parsed.errorType, text(named, 'Runtime.Unknown')),
    errorMessage: text(parsed.errorMessage, 'The function reported an error without a message.'),
  };
}

function next(client: RuntimeClient, request: IncomingMessage, response: ServerResponse): void {
  const poll: Poll = {
    deliver(invocation) {
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': invocation.payload.length,
        'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
        'Lambda-Runtime-Deadline-Ms': Math.floor(Date.now() + invocation.remainingMs),
        'Lambda-Runtime-Invoked-Function-Arn': arnOf(client.name),
        'Lambda-Runtime-Trace-Id': xrayHeaderOf(invocation.trace),
        Traceparent: traceparentOf(invocation.trace),
        'Serverless-Vote-Accepted-At': String(invocation.acceptedAt),
      });
      response.end(invocation.payload);
    },
    dismiss: () => void response.writeHead(410, { 'Content-Length': 0 }).end(),
  };
  request.socket.setNoDelay?.(true);
  response.once('close', () => client.unpoll(poll));
  if (client.poll(poll) === 'refused') {
    const message = 'This container already has, or polls for, as many events as the catalog allows.';
    throw new LauncherError('AccessDeniedException', message);
  }
}
