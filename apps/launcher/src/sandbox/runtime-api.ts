import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type net from 'node:net';
import { traceparentOf, xrayHeaderOf } from '@serverless-vote/contracts/trace-context';
import { ByteBudget, readBody } from '../http/body.ts';
import { limitedServer } from '../http/server.ts';
import { arnOf } from '../model/catalog.ts';
import { httpAnswer, LauncherError } from '../model/errors.ts';
import { functionError, type Invocation } from '../model/invocation.ts';
import type { OpenRuntimeEndpoint, Poll, RuntimeClient } from './runtime-client.ts';

const BASE = '/2018-06-01/runtime/';
/** Lambda's limit for a synchronous result: 6 MB and a little (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const RESPONSE_LIMIT = 6 * 1024 * 1024 + 100 * 1024;
const ERROR_LIMIT = 64 * 1024;
/** What one sandbox may be sending of results at once. */
const RESPONSES_AT_ONCE = 16 * 1024 * 1024;
const SOCKET = 'api.sock';
const MOUNTED_AT = '/run/runtime';

/**
 * The sandboxes' endpoint: AWS Lambda's Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), a Unix socket
 * for each sandbox in a folder that only it has mounted. So the socket says who is calling, and no token can leak.
 * Beyond Lambda: `next` answers 410 when there are no more events, and carries the event's place in the order of acceptance and
 * W3C's `traceparent`.
 */
export function runtimeApi(directory: string): OpenRuntimeEndpoint {
  return async (sandboxId, client) => {
    const folder = `${directory}/${sandboxId}`;
    mkdirSync(folder, { mode: 0o755 });
    // A sandbox may wait for its event as long as it likes.
    const limits = {
      connections: connectionsFor(client),
      headersMs: 10_000,
      requestMs: 0,
      silentMs: 0,
      keepAliveMs: 0,
    };
    const server = limitedServer(limits, runtimeHandler(client));
    await listen(server, `${folder}/${SOCKET}`);
    return {
      mounts: [{ volume: 'runtime', folder: sandboxId, target: MOUNTED_AT, readOnly: true }],
      environment: { AWS_LAMBDA_RUNTIME_API: `${MOUNTED_AT}/${SOCKET}` },
      close() {
        server.close();
        server.closeAllConnections();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  };
}

/** A few connections more than a sandbox needs are enough. */
export const connectionsFor = (client: RuntimeClient): number => client.allowedInFlight + 4;

/** The runtime API of one sandbox, whatever way its requests come. */
export function runtimeHandler(client: RuntimeClient): (request: IncomingMessage, response: ServerResponse) => void {
  // A runtime may send its answer and the next `next` in one write: each connection's requests are taken in their order.
  const turns = new WeakMap<net.Socket, Promise<void>>();
  const budget = new ByteBudget(RESPONSES_AT_ONCE);
  return (request, response) => {
    const before = turns.get(request.socket) ?? Promise.resolve();
    const turn = before
      .then(() => serve(client, budget, request, response))
      .catch((error: unknown) => refuse(response, error));
    turns.set(request.socket, turn);
  };
}

/** Listens on a socket that other uids may connect to; whether they can reach it is decided by who has its folder mounted. */
export async function listen(server: net.Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o777);
}

export function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const { status, headers, body } = httpAnswer(error);
  response.writeHead(status, headers).end(body);
}

async function serve(
  client: RuntimeClient,
  budget: ByteBudget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? '';
  if (!path.startsWith(BASE)) throw new LauncherError('ResourceNotFoundException', `The runtime API has no ${path}.`);
  const [kind, requestId, verb] = path.slice(BASE.length).split('/');
  if (request.method === 'GET' && kind === 'invocation' && requestId === 'next' && verb === undefined)
    return next(client, request, response);
  if (request.method !== 'POST')
    throw new LauncherError('MethodNotAllowedException', `The runtime API has no ${request.method} ${path}.`);
  if (kind === 'init' && requestId === 'error' && verb === undefined) {
    const { errorType, errorMessage } = errorOf(request, await readBody(request, ERROR_LIMIT, budget));
    client.initFailed(errorType, errorMessage);
    return accept(response);
  }
  if (kind !== 'invocation' || requestId === undefined || (verb !== 'response' && verb !== 'error')) {
    throw new LauncherError('ResourceNotFoundException', `The runtime API has no ${path}.`);
  }
  // Asked before the body is read: what isn't in its hands may not take memory either.
  const standing = client.standing(requestId);
  if (standing !== 'in-hand') request.resume();
  if (standing === 'answered')
    throw new LauncherError('ResourceConflictException', 'This invocation has been answered already.');
  if (standing === 'not-yours')
    throw new LauncherError('AccessDeniedException', 'This invocation is not in your hands.');
  const outcome =
    verb === 'response'
      ? await readBody(request, RESPONSE_LIMIT, budget).then(
          (payload) => ({ kind: 'result' as const, payload }),
          () =>
            functionError(
              'Function.ResponseSizeTooLarge',
              `The result is larger than the ${RESPONSE_LIMIT} bytes that are allowed.`,
            ),
        )
      : errorOutcome(request, await readBody(request, ERROR_LIMIT, budget));
  // While the body was on its way, its deadline may have passed, or a second answer come.
  if (client.standing(requestId) === 'in-hand') client.answer(requestId, outcome);
  accept(response);
}

function next(client: RuntimeClient, request: IncomingMessage, response: ServerResponse): void {
  const poll: Poll = {
    deliver: (invocation: Invocation) => {
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
    dismiss: () => response.writeHead(410, { 'Content-Length': 0 }).end(),
  };
  request.socket.setNoDelay?.(true);
  response.once('close', () => client.unpoll(poll));
  if (client.poll(poll) === 'refused')
    throw new LauncherError(
      'AccessDeniedException',
      'As many events as the catalog allows at once are in your hands or asked for.',
    );
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'Content-Type': 'application/json', 'Content-Length': 15 }).end('{"status":"OK"}');
}

function errorOf(request: IncomingMessage, body: Buffer): { errorType: string; errorMessage: string } {
  const named = request.headers['lambda-runtime-function-error-type'];
  let parsed: { errorType?: unknown; errorMessage?: unknown } = {};
  try {
    parsed = (JSON.parse(body.toString()) ?? {}) as typeof parsed;
  } catch {
    // What a function sends is its own; what can't be read is reported as it is named.
  }
  return {
    errorType:
      typeof parsed.errorType === 'string' ? parsed.errorType : typeof named === 'string' ? named : 'Runtime.Unknown',
    errorMessage:
      typeof parsed.errorMessage === 'string' ? parsed.errorMessage : 'The function reported an error without words.',
  };
}

function errorOutcome(request: IncomingMessage, body: Buffer) {
  const { errorType, errorMessage } = errorOf(request, body);
  return functionError(errorType, errorMessage);
}
