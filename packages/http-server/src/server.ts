import http from 'node:http';
import type { Socket } from 'node:net';
import { Connections } from './connections.ts';

/** Enough for every client: browsers don't pipeline at all, and Node buffers the answers of all pipelined requests. */
const PIPELINED_REQUESTS = 8;
/** Browsers send about twenty headers, and proxies add a few. A thousand, Node's own limit, take a tenth of a megabyte of memory. */
const HEADERS = 100;
/** An answer that its client hasn't read for this long may be given up in favour of a new request. */
const SLOW_READER_MS = 5_000;
/** The share of requests in progress whose bodies may still be arriving; beyond it the oldest of them makes way for the next one. */
const ARRIVING = 1 / 2;

export interface Limits {
  connections: number;
  /** How long a request's headers may take to arrive. */
  headersMs: number;
  /** How long a request may take to arrive. 0: no limit. */
  requestMs: number;
  /** A connection without traffic in either direction for this long is closed. 0: no limit. */
  silentMs: number;
  /** How long a connection may stay open without a request. 0: no limit. */
  keepAliveMs: number;
  /** Requests in progress on all connections together; streams don't count. Unlimited if absent. */
  requests?: number;
  /** How long a request may be in progress, until its client has read the whole answer. Unlimited if absent. */
  answerMs?: number;
}

interface Answering {
  /** Is the answer to this request a stream, which lasts until the client disconnects? */
  isStream(request: http.IncomingMessage): boolean;
  /** Tells a client that too many requests are in progress. */
  busy(response: http.ServerResponse): void;
}

const PLAIN: Answering = {
  isStream: () => false,
  busy: (response) => void response.writeHead(503, { 'Retry-After': '1' }).end(),
};

/**
 * An HTTP server that bounds what clients can make it hold: connections, requests in progress (per connection and in total), and
 * waiting. A client that exhausts one of these limits can't keep others out for long.
 */
export function limitedServer(
  limits: Limits,
  handler: http.RequestListener,
  { isStream, busy }: Answering = PLAIN,
): http.Server {
  const { requests = Number.POSITIVE_INFINITY, answerMs } = limits;
  const connections = new Connections(limits.connections);
  const bySocket = new WeakMap<Socket, number>();
  const inProgress = new Set<{ response: http.ServerResponse; since: number }>();
  /** Connections whose request has an incomplete body, oldest first. */
  const arriving = new Set<Socket>();

  function waitForBody(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { socket, headers } = request;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
    const [slowest] = arriving;
    if (slowest && arriving.size >= requests * ARRIVING) {
      arriving.delete(slowest);
      slowest.destroy();
    }
    arriving.add(socket);
    const arrived = () => void arriving.delete(socket);
    request.once('end', arrived);
    response.once('close', arrived);
  }

  /** Gives up the oldest answer that its client doesn't read. */
  function giveUpSlowReader(): boolean {
    const before = performance.now() - SLOW_READER_MS;
    for (const entry of inProgress) {
      if (entry.since > before) return false;
      if (!entry.response.headersSent) continue;
      inProgress.delete(entry);
      entry.response.destroy();
      return true;
    }
    return false;
  }

  const server = http.createServer(
    {
      requestTimeout: limits.requestMs,
      headersTimeout: limits.headersMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.headersMs / 2,
    },
    (request, response) => {
      const { socket } = request;
      const onThis = (bySocket.get(socket) ?? 0) + 1;
      const streams = isStream(request);
      // A request behind a stream would never be answered, and would be held for as long as the stream lasts.
      if (onThis > (streams ? 1 : PIPELINED_REQUESTS)) return void socket.destroy();
      if (!isClear(request)) return void response.writeHead(400, { Connection: 'close' }).end();
      if (streams) {
        bySocket.set(socket, STREAMS);
        connections.set(socket, 'streaming');
        response.once('close', () => {
          bySocket.delete(socket);
          connections.set(socket, 'idle');
        });
        handler(request, response);
        // A stream may last for hours, and its request's headers aren't needed again.
        Object.assign(request, { url: '', headers: {}, rawHeaders: [] });
        return;
      }
      if (inProgress.size >= requests && !giveUpSlowReader()) {
        // A response with the refusal would have to wait behind the connection's earlier requests.
        return onThis > 1 ? void socket.destroy() : busy(response);
      }
      waitForBody(request, response);
      const entry = { response, since: performance.now() };
      const late = answerMs === undefined ? undefined : setTimeout(() => socket.destroy(), answerMs);
      inProgress.add(entry);
      bySocket.set(socket, onThis);
      connections.set(socket, 'working');
      response.once('close', () => {
        clearTimeout(late);
        inProgress.delete(entry);
        const left = (bySocket.get(socket) ?? 1) - 1;
        bySocket.set(socket, left);
        if (left === 0) connections.set(socket, 'idle');
      });
      handler(request, response);
    },
  );
  server.prependListener('connection', (socket: Socket) => {
    if (!socket.destroyed) connections.add(socket);
  });
  // A new connection always finds a place, unless all others have requests in progress.
  server.maxConnections = limits.connections + 1;
  server.timeout = limits.silentMs;
  server.maxHeadersCount = HEADERS;
  return server;
}

/** Instead of a number of requests: the connection carries a stream. */
const STREAMS = Number.POSITIVE_INFINITY;

/**
 * Refuses what a server behind us might parse differently (request smuggling): there is one Host, with valid characters, and the framing
 * is either a length or HTTP/1.1's chunks. Node's parser refuses the rest (a length and chunks, two lengths, stray line ends).
 */
function isClear({ rawHeaders, headers, httpVersion }: http.IncomingMessage): boolean {
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || httpVersion !== '1.1')) return false;
  const hosts = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'host');
  return hosts.length <= 1 && hosts.every((host) => /^[\w.:[\]-]*$/.test(host));
}
