import { chmodSync, mkdirSync, rm } from 'node:fs';
import type http from 'node:http';
import type { Socket } from 'node:net';
import { limitedServer } from '@serverless-vote/http-server/server';
import { Tokens } from '@serverless-vote/http-server/tokens';
import { LauncherError, respondWithError } from '../model/errors.ts';
import { connectionsFor, runtimeHandler } from './runtime-api.ts';
import type { OpenRuntimeEndpoint } from './runtime-client.ts';

const SOCKET = 'api.sock';
const MOUNTED_AT = '/run/runtime';

/**
 * One machine's endpoints of the Runtime API: a Unix socket for each sandbox, in a folder that only this sandbox has mounted. The socket
 * identifies the caller, so there is no token that could leak.
 */
export function runtimeApiOnSockets(directory: string): OpenRuntimeEndpoint {
  return async (sandboxId, client) => {
    const folder = `${directory}/${sandboxId}`;
    mkdirSync(folder, { mode: 0o755 });
    // A sandbox may wait for its event indefinitely.
    const waits = { headersMs: 10_000, requestMs: 0, silentMs: 0, keepAliveMs: 0 };
    const server = limitedServer({ connections: connectionsFor(client), ...waits }, runtimeHandler(client));
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(`${folder}/${SOCKET}`, resolve));
    // Any uid may connect; access is controlled by which container has the folder mounted.
    chmodSync(`${folder}/${SOCKET}`, 0o777);
    return {
      mounts: [{ volume: 'runtime', folder: sandboxId, target: MOUNTED_AT, readOnly: true }],
      environment: { AWS_LAMBDA_RUNTIME_API: `${MOUNTED_AT}/${SOCKET}` },
      close() {
        server.close();
        server.closeAllConnections();
        // What can't be removed now (the process may have no files left) is removed at the next start.
        rm(folder, { recursive: true, force: true }, () => undefined);
      },
    };
  };
}

/** For all sandboxes together; each one also has its own limit. */
const CONNECTIONS = 10_000;

interface Holder {
  handle: http.RequestListener;
  sockets: Set<Socket>;
  connections: number;
}

/**
 * The endpoint for sandboxes on other machines: the same Runtime API on one port, where each request carries its sandbox's token.
 * A request without a valid token gets 403, and its connection is closed.
 */
export function runtimeApiOverTcp(address: () => string): {
  server: http.Server;
  openRuntimeEndpoint: OpenRuntimeEndpoint;
} {
  const tokens = new Tokens<Holder>();
  const limits = { connections: CONNECTIONS, headersMs: 10_000, requestMs: 0, silentMs: 0, keepAliveMs: 0 };
  const server = limitedServer(limits, (request, response) => {
    const holder = tokens.holderOf(request);
    const { socket } = request;
    if (!holder || (!holder.sockets.has(socket) && holder.sockets.size >= holder.connections)) {
      const why = holder ? 'More connections than events may be in flight.' : 'This token is not known, or dead.';
      request.resume();
      response.setHeader('Connection', 'close');
      return respondWithError(response, new LauncherError('AccessDeniedException', why));
    }
    if (!holder.sockets.has(socket)) {
      holder.sockets.add(socket);
      socket.once('close', () => holder.sockets.delete(socket));
    }
    holder.handle(request, response);
  });
  return {
    server,
    async openRuntimeEndpoint(sandboxId, client) {
      const sockets = new Set<Socket>();
      const token = tokens.issue(sandboxId, {
        handle: runtimeHandler(client),
        sockets,
        connections: connectionsFor(client),
      });
      return {
        mounts: [],
        environment: { AWS_LAMBDA_RUNTIME_API: address(), SERVERLESS_VOTE_TOKEN: token },
        close() {
          tokens.revoke(sandboxId);
          for (const socket of sockets) socket.destroy();
        },
      };
    },
  };
}
