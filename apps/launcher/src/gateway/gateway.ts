import type http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Catalog, WEB } from '@serverless-vote/catalog';
import { backoffMs } from '@serverless-vote/contracts/backoff';
import type { AddressRate } from '@serverless-vote/http-server/address-rate';
import { readBody } from '@serverless-vote/http-server/body';
import { connectionsWithin } from '@serverless-vote/http-server/open-files';
import { limitedServer } from '@serverless-vote/http-server/server';
import pTimeout from 'p-timeout';
import { knownError, LauncherError, unavailable } from '../model/errors.ts';
import { type Client, clientOf } from './client-of.ts';
import { dropHeaders, exchange, originForm } from './exchange.ts';
import { exchangeAtOnce } from './exchange-at-once.ts';
import type { HttpService, Lease } from './http-service.ts';
import { PAGE_HEADERS, STARTING_PAGE, tooManyVotesPage } from './own-pages.ts';
import { serviceOf } from './service-of.ts';

const STARTING_PAGE_AFTER_MS = 1_000;
const STREAMS = '/streams/';
/** Sent again to another replica when one fails to answer. */
const SAFE = ['GET', 'HEAD'];
/** How often a request is sent again to replicas that were too busy to take its connection: for some 15 s. */
const TIMES_FULL = 6;
const METHODS = ['GET', 'HEAD', 'POST'];
const METHODS_OF_OTHERS = [...METHODS, 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const LIMITS = {
  // Long enough for two replicas in turn to fail to answer, so that the caller still gets the reason.
  ...{
    connections: connectionsWithin(5_000),
    headersMs: 10_000,
    requestMs: 30_000,
    silentMs: 75_000,
    keepAliveMs: 15_000,
  },
  // As many requests as record-vote's queue holds. A client gets a minute more to read its answer than web has to give it.
  ...{ requests: 2_000, answerMs: 90_000 },
};
/** So many of the requests in progress may be to other services than web: those may never answer, and votes still find room. */
const REQUESTS_TO_OTHERS = LIMITS.requests / 2;
/** Twice web's limit, so that web can refuse a body in the page's own words. Small enough for all requests in progress at once. */
const BODY_LIMIT = 32 * 1024;
const JSON_HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

export interface PublicStream {
  watch(response: http.ServerResponse): void;
}

type Service = Pick<HttpService, 'name' | 'lease' | 'isUp'>;

export interface GatewayParts {
  catalog: Pick<Catalog, 'services'>;
  /** By name. */
  services: ReadonlyMap<string, Service>;
  invoker: { prewarm(names: readonly string[]): void };
  streams: ReadonlyMap<string, PublicStream>;
  voteRate?: AddressRate | undefined;
  /** Is this the address of a proxy whose `X-Forwarded-*` headers count? */
  isProxy?: (address: string) => boolean;
}

type Request = http.IncomingMessage;
type Response = http.ServerResponse;

/** The public port: it serves streams itself and proxies everything else to the HTTP services. Nothing else is reachable through it. */
export function gateway(parts: GatewayParts): http.Server {
  const { catalog, services, invoker, streams, voteRate, isProxy = () => false } = parts;
  let toOthers = 0;

  async function route(request: Request, response: Response): Promise<void> {
    const { method = '', url = '' } = request;
    if (!URL.canParse(url, 'http://gateway'))
      throw new LauncherError('InvalidRequestContentException', 'The address is no URL.');
    const name = serviceOf(request.headers.host, services);
    const service = services.get(name ?? '');
    if (!name || !service)
      throw unknown(
        'service',
        Array.from(services.keys(), (known) => `${known}.localhost`),
      );
    const methods = name === WEB ? METHODS : METHODS_OF_OTHERS;
    if (!methods.includes(method)) {
      response.setHeader('Allow', methods.join(', '));
      const message = `${method} is not offered here; ${methods.join(', ')} are.`;
      throw new LauncherError('MethodNotAllowedException', message);
    }
    if (isStream(request)) return streamFor(request).watch(response);
    if (name !== WEB) return forwardToOther(request, response, service);
    const followers = catalog.services.web.prewarms[pathOf(request)] ?? [];
    // The visitor of a page should not wait for more than the page. A script of ours that asks ahead doesn't wait at all.
    if (method === 'GET') response.once('finish', () => invoker.prewarm(followers));
    const isAhead = method === 'GET' && request.headers.accept === 'application/json';
    // Every POST counts, whatever its path, because a path can be spelled in many ways; our pages post only votes.
    const waitSeconds = (method === 'POST' && voteRate?.take(clientOf(request, isProxy).address)) || 0;
    if (voteRate && waitSeconds > 0) return refuseVote(request, response, voteRate.perMinute, waitSeconds);
    // Web starts for this vote, or for the next one; what the vote needs then starts beside it.
    if ((method === 'POST' || isAhead) && !service.isUp) invoker.prewarm(followers);
    await forward(request, response, service);
  }

  function streamFor(request: Request): PublicStream {
    const stream = streams.get(pathOf(request).slice(STREAMS.length));
    if (!stream) throw unknown('stream', [...streams.keys()]);
    if (request.method === 'GET') return stream;
    throw new LauncherError('MethodNotAllowedException', 'A stream can only be read, by GET.');
  }

  /** Web gets a request only once its body is complete: a client that sends slowly, too much, or never finishes occupies no replica. */
  async function bodyOf(request: Request): Promise<Buffer> {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (length === undefined && encoding === undefined) return Buffer.alloc(0);
    const body = await readBody(request, BODY_LIMIT);
    request.headers['content-length'] = String(body.length);
    return body;
  }

  async function forwardToOther(request: Request, response: Response, service: Service): Promise<void> {
    if (toOthers >= REQUESTS_TO_OTHERS)
      throw unavailable('Too many requests to services besides web are in progress. Try again soon.', 1);
    toOthers += 1;
    response.once('close', () => {
      toOthers -= 1;
    });
    await forward(request, response, service);
  }

  async function forward(request: Request, response: Response, service: Service): Promise<void> {
    const body = await bodyOf(request);
    const client = clientOf(request, isProxy);
    let lease: Lease | undefined;
    response.once('close', () => lease?.release());
    let attemptsLeft = SAFE.includes(request.method ?? '') ? 1 : 0;
    for (let timesFull = 0; ; ) {
      lease = await leaseOrStartingPage(request, response, service);
      if (!lease) return;
      if (response.destroyed) return lease.release();
      setHeaders(request, client);
      const isVote = request.method === 'POST' && pathOf(request) === '/vote' && service === services.get(WEB);
      const send = isVote ? exchangeAtOnce : exchange;
      const failure = await send(request, response, {
        target: lease.target,
        body,
        secure: client.proto === 'https',
      });
      if (!failure) return;
      const code = 'code' in failure ? String(failure.code) : '';
      // Its socket's queue of connections is full: it is busy, and has heard nothing of this request.
      const isFull = code === 'EAGAIN';
      // A parser refused the answer: the request has provoked that, another replica would say the same, and this one is well.
      const isUnreadable = code.startsWith('HPE_');
      if (isFull) lease.release();
      else if (!isUnreadable) lease.fail();
      if (response.headersSent || response.destroyed) return void response.destroy();
      if (isFull && timesFull < TIMES_FULL) {
        timesFull += 1;
        await delay(backoffMs(timesFull));
        continue;
      }
      if (attemptsLeft > 0 && !isUnreadable) {
        attemptsLeft -= 1;
        continue;
      }
      throw unavailable(`The service ${service.name} did not finish its answer. Try again.`, 1, failure);
    }
  }

  function setHeaders({ headers }: Request, { address, proto }: Client): void {
    dropHeaders(headers);
    headers['x-forwarded-for'] = address;
    headers['x-forwarded-host'] = headers.host ?? '';
    headers['x-forwarded-proto'] = proto;
  }

  /** A browser that requests a page while its service starts from zero gets a page that says so after a second; all other clients wait. */
  async function leaseOrStartingPage(
    { method, headers }: Request,
    response: Response,
    service: Service,
  ): Promise<Lease | undefined> {
    const lease = service.lease();
    if (service.isUp || method !== 'GET' || !headers.accept?.includes('text/html')) return lease;
    const inTime = await pTimeout(lease, { milliseconds: STARTING_PAGE_AFTER_MS, message: false });
    if (inTime) return inTime;
    void lease.then(({ release }) => release()).catch(() => undefined);
    response.writeHead(503, { ...PAGE_HEADERS, 'Retry-After': '1' }).end(STARTING_PAGE);
    return undefined;
  }

  const answer = (request: Request, response: Response): void =>
    void route(request, response).catch((error: unknown) => answerError(response, error));
  const isStream = (request: Request): boolean =>
    pathOf(request).startsWith(STREAMS) && serviceOf(request.headers.host, services) === WEB;
  // Asked first of all, for each request.
  const asksForStream = (request: Request): boolean => {
    takeHost(request);
    return isStream(request);
  };
  return limitedServer(LIMITS, answer, { isStream: asksForStream, busy });
}

const unknown = (what: 'service' | 'stream', known: string[]): LauncherError =>
  new LauncherError('ResourceNotFoundException', `There is no ${what} of this name. Known: ${known.join(', ')}.`);

/** An address in absolute form takes the place of Host (https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2). */
function takeHost(request: Request): void {
  const { url = '', headers } = request;
  if (url.startsWith('/') || !URL.canParse(url)) return;
  headers.host = new URL(url).host;
  request.url = originForm(url);
}

const pathOf = ({ url = '/' }: Request): string => url.split('?', 1)[0] ?? '/';

/** Answers a browser without JavaScript with a page. @throws {LauncherError} for all other clients */
function refuseVote({ headers }: Request, response: Response, perMinute: number, seconds: number): void {
  const message = `More than ${perMinute} votes a minute came from your address. Try again in ${seconds} s.`;
  const { accept = '', 'content-type': type = '' } = headers;
  if (!accept.includes('text/html') || /\bapplication\/json\b/i.test(`${accept} ${type}`))
    throw new LauncherError('TooManyRequestsException', message, { retryAfterSeconds: seconds });
  response.writeHead(429, { ...PAGE_HEADERS, 'Retry-After': String(seconds) }).end(tooManyVotesPage(message));
}

function busy(response: Response): void {
  answerError(response, unavailable('Too many requests are in progress. Try again soon.', 1));
}

function answerError(response: Response, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const { status, type, message, retryAfterSeconds } = knownError(error);
  const retryAfter = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  response.writeHead(status, { ...JSON_HEADERS, ...retryAfter }).end(JSON.stringify({ error: { type, message } }));
}
