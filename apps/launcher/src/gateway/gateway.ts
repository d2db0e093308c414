import http from 'node:http';
import { Readable } from 'node:stream';
import httpProxy from 'http-proxy-3';
import { ByteBudget, readBody } from '../http/body.ts';
import { limitedServer } from '../http/server.ts';
import type { Catalog } from '../model/catalog.ts';
import { httpAnswer, LauncherError } from '../model/errors.ts';
import type { Votes } from '../model/preparation.ts';
import type { HttpService, Lease } from './http-service.ts';
import { PAGE_HEADERS, STARTING_PAGE, tooManyVotesPage } from './own-pages.ts';
import type { VoteRate } from './vote-rate.ts';

const STARTING_PAGE_AFTER_MS = 1_000;
const WEB_ANSWERS_WITHIN_MS = 30_000;
/** Says who a request comes from or what it may do, so only our own word counts; or is between us and the caller only. */
const STRIPPED =
  /^(forwarded|x-real-ip|x-forwarded-.*|x-amz-.*|x-amzn-.*|lambda-runtime-.*|serverless-vote-.*|connection|keep-alive|upgrade|http2-settings|te|trailer|expect|proxy-.*)$/;
const STREAMS = '/streams/';
const METHODS = ['GET', 'HEAD', 'POST'];
const LIMITS = {
  ...{ connections: 5_000, headersMs: 10_000, requestMs: 30_000, silentMs: 60_000, keepAliveMs: 15_000 },
  // As many as record-vote lets wait. An answer has a minute more than web has for it.
  ...{ requests: 2_000, answerMs: 90_000 },
};
/** Four times what web takes, which says so in the page's words; and what all posts may take while they arrive. */
const BODY_LIMIT = 64 * 1024;
const BODIES_AT_ONCE = 16 * 1024 * 1024;

export interface PublicStream {
  watch(response: http.ServerResponse): void;
}

/** The gateway: streams, which it answers itself, and web, to which all else goes. It knows of nothing else. */
export function gateway(
  catalog: Catalog,
  web: Pick<HttpService, 'lease' | 'isUp'>,
  invoker: { prewarm(names: readonly string[]): void },
  streams: ReadonlyMap<string, PublicStream>,
  votes: Votes,
  voteRate?: VoteRate,
): http.Server {
  const bodies = new ByteBudget(BODIES_AT_ONCE);
  const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 64 });
  const proxy = httpProxy.createProxyServer({ agent, proxyTimeout: WEB_ANSWERS_WITHIN_MS });
  // Only reached when an answer breaks off half-way: there is nothing left to tell its caller.
  proxy.on('error', (_error, _request, response) => void response.destroy());

  const answer = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const pathname = pathOf(request);
    if (!URL.canParse(request.url ?? '', 'http://gateway')) {
      return answerError(response, new LauncherError('InvalidRequestContentException', 'The address is no URL.'));
    }
    if (!METHODS.includes(request.method ?? '')) {
      response.setHeader('Allow', METHODS.join(', '));
      const message = `${request.method} is not offered here; ${METHODS.join(', ')} are.`;
      return answerError(response, new LauncherError('MethodNotAllowedException', message));
    }
    if (isStream(request)) return stream(pathname.slice(STREAMS.length), request, response);
    const followers = request.method === 'GET' ? catalog.web.prewarms[pathname] : undefined;
    if (followers) response.once('finish', () => invoker.prewarm(followers));
    if (request.method === 'POST' && isTooMany(request, response)) return;
    read(request)
      .then((body) => forward(request, response, body, 2))
      .catch((error: unknown) => answerError(response, error));
  };

  /** Every post counts, whatever its path, for a path can be spelled in many ways; pages send none but votes. */
  function isTooMany(request: http.IncomingMessage, response: http.ServerResponse): boolean {
    const seconds = voteRate?.take(request.socket.remoteAddress ?? '') ?? 0;
    if (!voteRate || seconds === 0) return false;
    const message = `From your address come more than ${voteRate.perMinute} votes a minute. Try again in ${seconds} s.`;
    const { accept = '', 'content-type': type = '' } = request.headers;
    if (!accept.includes('text/html') || /\bapplication\/json\b/i.test(`${accept} ${type}`)) {
      answerError(response, new LauncherError('TooManyRequestsException', message, { retryAfterSeconds: seconds }));
    } else {
      response.writeHead(429, { ...PAGE_HEADERS, 'Retry-After': String(seconds) }).end(tooManyVotesPage(message));
    }
    return true;
  }

  /** A body is complete before web hears of it: who sends slowly, too much, or not to the end occupies no replica. */
  async function read(request: http.IncomingMessage): Promise<Buffer> {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (length === undefined && encoding === undefined) return Buffer.alloc(0);
    const body = await readBody(request, BODY_LIMIT, bodies);
    delete request.headers['transfer-encoding'];
    request.headers['content-length'] = String(body.length);
    return body;
  }

  function stream(name: string, request: http.IncomingMessage, response: http.ServerResponse): void {
    const found = streams.get(name);
    if (!found)
      return answerError(
        response,
        new LauncherError(
          'ResourceNotFoundException',
          `There is no stream of this name. Known: ${[...streams.keys()].join(', ')}.`,
        ),
      );
    if (request.method !== 'GET')
      return answerError(
        response,
        new LauncherError('MethodNotAllowedException', 'A stream can only be read, by GET.'),
      );
    found.watch(response);
  }

  async function forward(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    body: Buffer,
    attempts: number,
  ): Promise<void> {
    const lease = await leaseOrStartingPage(request, response);
    if (!lease) return;
    if (response.destroyed) return lease.release();
    response.once('close', lease.release);
    for (const name of Object.keys(request.headers)) if (STRIPPED.test(name)) delete request.headers[name];
    request.headers['x-forwarded-for'] = request.socket.remoteAddress ?? '';
    request.headers['x-forwarded-host'] = request.headers.host ?? '';
    request.headers['x-forwarded-proto'] = 'http';
    if (votes.since) request.headers['serverless-vote-votes-since'] = votes.since.toISOString();
    const target = { host: 'localhost', port: 80, protocol: 'http:', ...lease.target };
    proxy.web(request, response, { target, buffer: Readable.from([body]) }, (error) => {
      lease.fail();
      if (response.headersSent || response.destroyed) return void response.destroy();
      const repeatable = request.method === 'GET' || request.method === 'HEAD';
      if (repeatable && attempts > 1)
        return void forward(request, response, body, attempts - 1).catch((failure: unknown) =>
          answerError(response, failure),
        );
      answerError(
        response,
        new LauncherError('ServiceException', 'The page ended while it was answering. Try again.', {
          retryAfterSeconds: 1,
          cause: error,
        }),
      );
    });
  }

  /** Browsers that ask for a page while web starts from zero are told so after a second; everybody else is held. */
  async function leaseOrStartingPage(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<Lease | undefined> {
    const lease = web.lease();
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (web.isUp || !wantsPage) return lease;
    let timer: NodeJS.Timeout | undefined;
    const impatient = new Promise<'starting'>((resolve) => {
      timer = setTimeout(() => resolve('starting'), STARTING_PAGE_AFTER_MS);
    });
    const first = await Promise.race([lease, impatient]).finally(() => clearTimeout(timer));
    if (first !== 'starting') return first;
    lease.then(
      ({ release }) => release(),
      () => undefined,
    );
    response.writeHead(503, { ...PAGE_HEADERS, 'Retry-After': '1' }).end(STARTING_PAGE);
    return undefined;
  }

  return limitedServer(LIMITS, answer, { isStream, busy });
}

const pathOf = ({ url = '/' }: http.IncomingMessage): string => url.split('?', 1)[0] ?? '/';
const isStream = (request: http.IncomingMessage): boolean => pathOf(request).startsWith(STREAMS);

function busy(response: http.ServerResponse): void {
  const message = 'Too many requests are being answered just now. Try again soon.';
  answerError(response, new LauncherError('ServiceException', message, { retryAfterSeconds: 1 }));
}

function answerError(response: http.ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const { status, headers, body } = httpAnswer(error);
  const retryAfter = headers['Retry-After'];
  const { Message } = JSON.parse(body) as { Message: string };
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(retryAfter ? { 'Retry-After': retryAfter } : {}),
  });
  response.end(JSON.stringify({ error: { type: headers['x-amzn-ErrorType'], message: Message } }));
}
