import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { limitedServer } from '@serverless-vote/http-server/server';
import { connectionsFor, runtimeHandler } from './runtime-api.ts';
import type { OpenRuntimeEndpoint } from './runtime-client.ts';

const SOCKET = 'api.sock';
const MOUNTED_AT = '/run/runtime';

/**
 * One machine's endpoints of the Runtime API: a Unix socket for each sandbox in a folder that only this sandbox has mounted. So the socket
 * says who is calling, and no token can leak.
 */
export function runtimeApiOnSockets(directory: string): OpenRuntimeEndpoint {
  return async (sandboxId, client) => {
    const folder = `${directory}/${sandboxId}`;
    mkdirSync(folder, { mode: 0o755 });
    // A sandbox may wait for its event as long as it likes.
    const waits = { headersMs: 10_000, requestMs: 0, silentMs: 0, keepAliveMs: 0 };
    const server = limitedServer({ connections: connectionsFor(client), ...waits }, runtimeHandler(client));
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(`${folder}/${SOCKET}`, resolve));
    // Other uids may connect; whether they can reach it is decided by who has its folder mounted.
    chmodSync(`${folder}/${SOCKET}`, 0o777);
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
