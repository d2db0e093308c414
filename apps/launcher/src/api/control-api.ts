import { createHash, timingSafeEqual } from 'node:crypto';
import net from 'node:net';
import { serverTimingOf } from '@serverless-vote/contracts/server-timing';
import { continueTrace, traceparentOf } from '@serverless-vote/contracts/trace-context';
import type { Peers } from '@serverless-vote/http-server/peers';
import express, { type NextFunction, type Request, type Response } from 'express';
import { ASYNC_EVENT_LIMIT, type AsyncEvents } from '../async/async-events.ts';
import type { PublicStream } from '../gateway/gateway.ts';
import { type ByteBudget, holdWhileOpen, readBody } from '../http/body.ts';
import { EVENT_LIMIT, type Invoked, type Invoker } from '../invoke/invoker.ts';
import type { Catalog } from '../model/catalog.ts';
import { httpAnswer, LauncherError } from '../model/errors.ts';
import type { FunctionLogs } from '../telemetry/function-logs.ts';
import { mountDeadLetters } from './dead-letters.ts';
import { mountFunctionListing } from './function-listing.ts';
import type { Health } from './health.ts';
import type { KillAtWork } from './kill-at-work.ts';
import { logTail } from './log-tail.ts';
import { mountLogs } from './logs.ts';

const FUNCTIONS = '/2015-03-31/functions';
/** Results up to this size are answered whatever else is kept: there are no more of them than connections. */
const SMALL_RESULT = 64 * 1024;

interface ControlParts {
  catalog: Catalog;
  invoker: Invoker;
  asyncEvents: AsyncEvents;
  /** Text in Prometheus' format. */
  metrics: () => Promise<string>;
  events: PublicStream;
  logs: FunctionLogs;
  health: () => Promise<Health>;
  /** Forgets every vote, and shows it. */
  reset: () => Promise<void>;
  hosts: ReadonlySet<string>;
  peers: Peers;
  /** For events that are being read. */
  bodies: ByteBudget;
}

/** The control API: AWS Lambda's Invoke API for what the catalog has, health, metrics, and the event bus. */
export function control({
  catalog,
  invoker,
  asyncEvents,
  metrics,
  events,
  logs,
  health,
  reset,
  hosts,
  peers,
  bodies,
}: ControlParts): express.Express {
  const app = endpoint();
  app.use(refuseStrangers(hosts));
  mountHealth(app, health);
  app.get('/metrics', async (_request, response) => {
    response.type('text/plain; version=0.0.4').send(await metrics());
  });
  app.use((request, _response, next) => {
    if (peers.of(request.socket.remoteAddress) === 'this-machine') return next();
    const message = 'From the launcher’s network there are /healthz and /metrics only; all else is for this machine.';
    throw new LauncherError('AccessDeniedException', message);
  });
  app.get('/events', (request, response) => {
    // A stream without a body has no end either.
    if (request.method === 'HEAD') response.type('text/event-stream').end();
    else events.watch(response);
  });
  app.post('/reset', async (_request, response) => {
    await reset();
    response.json({ status: 'empty' });
  });
  mountFunctionListing(app, FUNCTIONS, catalog);
  mountLogs(app, catalog, logs);
  mountDeadLetters(app, asyncEvents);
  mountInvoke(app, invoker, bodies, asyncEvents);
  return finish(app);
}

/** Web's socket to the control API: invocations of what the catalog allows it, none of them asynchronous, a kill for the presenter, health, and nothing else. */
export function webApi(
  catalog: Catalog,
  invoker: Invoker,
  presenter: { key: string | undefined; killAtWork: KillAtWork },
  health: () => Promise<Health>,
  bodies: ByteBudget,
  knowsWeb: (request: Request) => boolean,
): express.Express {
  const app = endpoint();
  app.use((request, _response, next) => {
    if (knowsWeb(request)) return next();
    throw new LauncherError('AccessDeniedException', 'Only web may come this way, each container with its own token.');
  });
  mountHealth(app, health);
  app.post('/presenter/kill', async (request, response) => {
    if (!isKey(presenter.key, request.get('authorization')))
      throw new LauncherError('AccessDeniedException', 'Only the presenter may do this; `make run` prints the key.');
    const name = String(request.query.name ?? '');
    if (!catalog.web.mayInvoke.includes(name))
      throw new LauncherError('ResourceNotFoundException', 'The catalog does not let web near this function.');
    response.json(await presenter.killAtWork.next(name));
  });
  app.use(`${FUNCTIONS}/:name`, (request, _response, next) => {
    if (catalog.web.mayInvoke.includes(request.params.name)) return next();
    throw new LauncherError('AccessDeniedException', 'The catalog does not allow web to invoke this function.');
  });
  mountInvoke(app, invoker, bodies);
  return finish(app);
}

function mountHealth(app: express.Express, health: () => Promise<Health>): void {
  app.get('/healthz', async (_request, response) => {
    const answer = await health();
    response.status(answer.status === 'ok' ? 200 : 503).json(answer);
  });
}

/** Compares digests, so that the time it takes tells nothing of the key. */
function isKey(key: string | undefined, authorization: string | undefined): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return key !== undefined && timingSafeEqual(digest(`Bearer ${key}`), digest(authorization ?? ''));
}

function endpoint(): express.Express {
  return express().disable('x-powered-by').disable('etag').set('query parser', 'simple');
}

function finish(app: express.Express): express.Express {
  app.use((request: Request) => {
    throw new LauncherError('ResourceNotFoundException', `There is no ${request.method} ${request.path} here.`);
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    if (response.headersSent) return void response.destroy();
    const { status, headers, body } = httpAnswer(explain(error));
    response.writeHead(status, headers).end(body);
  });
  return app;
}

/** The router's own errors, in our words. */
function explain(error: unknown): unknown {
  const { status } = error as { status?: number };
  if (status !== undefined && status < 500 && !(error instanceof LauncherError)) {
    return new LauncherError(
      'InvalidRequestContentException',
      `The request could not be read: ${error instanceof Error ? error.message : status}.`,
    );
  }
  return error;
}

/**
 * Refuses what a browser sends on behalf of another site, and names that only DNS rebinding would bring here: control may start
 * containers, so only this machine's own programs and pages may use it.
 */
function refuseStrangers(hosts: ReadonlySet<string>) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const site = request.headers['sec-fetch-site'];
    const origin = request.headers.origin;
    const host = hostName(request.headers.host ?? '');
    if (!isOurs(host, hosts))
      throw new LauncherError('AccessDeniedException', 'This Host name is not known here; CONTROL_HOSTS may add it.');
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      throw new LauncherError('AccessDeniedException', 'Requests from other sites are refused.');
    if (origin !== undefined && origin !== `http://${request.headers.host}`)
      throw new LauncherError('AccessDeniedException', 'Requests from other origins are refused.');
    next();
  };
}

const hostName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
const isOurs = (host: string, hosts: ReadonlySet<string>): boolean =>
  host === 'localhost' || net.isIP(host) !== 0 || hosts.has(host);

function mountInvoke(app: express.Express, invoker: Invoker, bodies: ByteBudget, asyncEvents?: AsyncEvents): void {
  app.post(`${FUNCTIONS}/:name/invocations`, async (request, response) => {
    const name = String(request.params.name);
    const trace = continueTrace(request.get('traceparent'));
    response.setHeader('traceresponse', traceparentOf(trace));
    const type = request.get('x-amz-invocation-type') ?? 'RequestResponse';
    // Content-Type is ignored, as Lambda does.
    const payload = await readBody(request, type === 'Event' ? ASYNC_EVENT_LIMIT : EVENT_LIMIT, bodies);
    holdWhileOpen(response, payload.length, bodies);
    const { Qualifier } = request.query;
    const qualifier = Qualifier === undefined ? undefined : String(Qualifier);
    if (type === 'DryRun') {
      invoker.check(name, payload, qualifier);
      return void response.status(204).end();
    }
    if (type === 'Event' && asyncEvents) {
      const requestId = await asyncEvents.accept(name, payload, qualifier, trace);
      return void response.writeHead(202, { 'x-amzn-RequestId': requestId, 'Content-Length': 0 }).end();
    }
    if (type !== 'RequestResponse') {
      const offered = asyncEvents ? 'RequestResponse, Event or DryRun' : 'RequestResponse or DryRun';
      const message = `InvocationType ${JSON.stringify(type)} is not offered here; use ${offered}.`;
      throw new LauncherError('InvalidParameterValueException', message);
    }
    const left = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) left.abort();
    });
    const invoked = await invoker.invoke(name, payload, { signal: left.signal, qualifier, trace });
    const { length } = invoked.outcome.payload;
    // A caller that doesn't read makes us keep its result.
    if (length > SMALL_RESULT) holdWhileOpen(response, length, bodies);
    const headers = answerHeaders(invoked);
    if (request.get('x-amz-log-type') === 'Tail')
      headers['X-Amz-Log-Result'] = Buffer.from(await logTail(invoked, invoked.memoryMb)).toString('base64');
    response.writeHead(200, headers).end(invoked.outcome.payload);
  });
}

function answerHeaders({
  outcome,
  requestId,
  startKind,
  containerId,
  phases,
}: Invoked): Record<string, string | number> {
  return {
    'Content-Type': 'application/json',
    'Content-Length': outcome.payload.length,
    'x-amzn-RequestId': requestId,
    'X-Amz-Executed-Version': '$LATEST',
    'X-Start-Kind': startKind,
    'X-Container-Id': containerId,
    'Server-Timing': serverTimingOf(phases),
    ...(outcome.kind === 'function-error' ? { 'X-Amz-Function-Error': 'Unhandled' } : {}),
  };
}
