import http from 'node:http';
import type { Socket } from 'node:net';

/** Nobody needs more: browsers don't pipeline at all, and Node holds the answers of all that are in progress. */
const PIPELINED_REQUESTS = 8;

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
}

/** An HTTP server whose callers can't make it keep much: connections, requests in progress on each, and waiting are limited. */
export function guardedServer(limits: Limits, handler: http.RequestListener): http.Server {
  const inProgress = new WeakMap<Socket, number>();
  const server = http.createServer(
    {
      requestTimeout: limits.requestMs,
      headersTimeout: limits.headersMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.headersMs / 2,
    },
    (request, response) => {
      const { socket } = request;
      const requests = (inProgress.get(socket) ?? 0) + 1;
      if (requests > PIPELINED_REQUESTS) return void socket.destroy();
      inProgress.set(socket, requests);
      if (!isClear(request)) return void response.writeHead(400, { Connection: 'close' }).end();
      response.once('close', () => inProgress.set(socket, (inProgress.get(socket) ?? 1) - 1));
      handler(request, response);
    },
  );
  server.maxConnections = limits.connections;
  server.timeout = limits.silentMs;
  return server;
}

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
