import http from 'node:http';
import type { Socket } from 'node:net';

/** Nobody needs more: browsers don't pipeline at all, and Node holds the answers of all that are in progress. */
const PIPELINED_REQUESTS = 8;

export interface Limits {
  connections: number;
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
      headersTimeout: 10_000,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => {
      const { socket } = request;
      const requests = (inProgress.get(socket) ?? 0) + 1;
      if (requests > PIPELINED_REQUESTS) return void socket.destroy();
      inProgress.set(socket, requests);
      response.once('close', () => inProgress.set(socket, (inProgress.get(socket) ?? 1) - 1));
      handler(request, response);
    },
  );
  server.maxConnections = limits.connections;
  server.timeout = limits.silentMs;
  return server;
}
