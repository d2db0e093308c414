import http from 'node:http';
import type { Socket } from 'node:net';
import { Connections } from './connections.ts';

/** Nobody needs more: browsers don't pipeline at all, and Node holds the answers of all that are in progress. */
const PIPELINED_REQUESTS = 8;
/** Browsers send some twenty, and proxies add a few. A thousand, as many as Node takes, are a tenth of a megabyte in memory. */
const HEADERS = 100;
/** An answer that has begun and isn't taken for so long may be given up for a newcomer. */
const SLOW_READER_MS = 5_000;
/** Of the requests in progress, so large a part may still be arriving: who sends slowly makes way for the next one. */
const ARRIVING = 1 / 2;

export interface Limits {
  connections: number;
  /** What a request's headers may take to arrive. */
  headersMs: number;
  /** What a request may take to arrive. 0: as long as it likes. */
  requestMs: number;
  /** A connection over which nothing moves for so long, in either direction, is ended. 0: never. */
  silentMs: number;
  /** What a connection without a request may stay. 0: as long as it likes. */
  keepAliveMs: number;
  /** Requests in progress, on all connections together; streams are none of them. As many as there are, unless it says. */
  requests?: number;
  /** What a request may be in progress until its caller has all of its answer. As long as it likes, unless it says. */
  answerMs?: number;
}

interface Answering {
  /** Is the answer to this one a stream, which lasts as long as its caller stays? */
  isStream(request: http.IncomingMessage): boolean;
  /** Tells a caller that too many requests are in progress. */
  busy(response: http.ServerResponse): void;
}

const PLAIN: Answering = {
  isStream: () => false,
  busy: (response) => void response.writeHead(503, { 'Retry-After': '1' }).end(),
};

/**
 * An HTTP server whose callers can't make it keep much: connections, requests in progress on each and on all, and waiting are limited,
 * and none of these limits lets those who fill it keep others out for long.
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
  /** Connections whose request has a body that isn't complete, the oldest first. */
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

  /** Gives up the oldest answer that its caller doesn't take. */
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
      // What is asked for behind a stream would never be answered, and be kept as long as that lasts.
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
        // It may last for hours, and nobody looks at these again.
        Object.assign(request, { url: '', headers: {}, rawHeaders: [] });
        return;
      }
      if (inProgress.size >= requests && !giveUpSlowReader()) {
        // The refusal itself would have to wait behind what this connection has in progress.
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
  // For a newcomer there is always a place, until all are at work.
  server.maxConnections = limits.connections + 1;
  server.timeout = limits.silentMs;
  server.maxHeadersCount = HEADERS;
  return server;
}

/** In place of a number of requests: a connection that carries a stream. */
const STREAMS = Number.POSITIVE_INFINITY;

/**
 * Nothing in it that others behind us might read otherwise: one Host, made of what names and addresses are made of, and no
 * framing but a length or HTTP/1.1's chunks. The rest of smuggling (a length and chunks, two lengths, stray line ends) ends in Node's parser.
 */
function isClear({ rawHeaders, headers, httpVersion }: http.IncomingMessage): boolean {
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || httpVersion !== '1.1')) return false;
  const hosts = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'host');
  return hosts.length <= 1 && hosts.every((host) => /^[\w.:[\]-]*$/.test(host));
}
