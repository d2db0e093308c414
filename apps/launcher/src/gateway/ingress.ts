import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import type http from 'node:http';
import type { Mount, StartedSandbox } from '@serverless-vote/engine';
import { Tokens } from '@serverless-vote/http-server/tokens';
import { unavailable } from '../model/errors.ts';

const SOCKET = 'web.sock';
const LISTEN_PORT = 3000;

/** Where the gateway reaches a replica. */
export type Target = { socketPath: string } | { host: string; port: number };

/** How a replica and the launcher reach each other. */
export interface Ingress {
  mounts: Mount[];
  environment: Record<string, string>;
  /** Where it listens; `undefined` until it does. */
  target(replica: StartedSandbox): Target | undefined;
  /**
   * After this the replica can't replace its target.
   * @throws {LauncherError} when it has replaced it already
   */
  seal(): void;
  /** Removes in the background what `OpenIngress` created. Never throws, whatever files the replica left. */
  close(): void;
}

export type OpenIngress = (replicaId: string) => Ingress;

/**
 * One machine's ingress: a Unix socket for each replica, in a folder that only this replica and the launcher have mounted.
 * @param remove removes a folder and all files that a replica left in it
 */
export function ingressBySocket(directory: string, remove: (folder: string) => void): OpenIngress {
  return (replicaId) => {
    const folder = `${directory}/${replicaId}`;
    const socketPath = `${folder}/${SOCKET}`;
    // The container creates its socket in this folder, under its own uid; no other container has the folder mounted.
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    return {
      mounts: [
        { volume: 'ingress', folder: replicaId, target: '/run/web', readOnly: false },
        { volume: 'control', target: '/run/control', readOnly: true },
      ],
      environment: { LISTEN_ADDRESS: `/run/web/${SOCKET}`, CONTROL_ADDRESS: '/run/control/control.sock' },
      target: () => (isSocket(socketPath) ? { socketPath } : undefined),
      seal() {
        chmodSync(folder, 0o755);
        // A link to a socket that only the launcher can reach (the Docker socket, for example) would expose that to the public; and the
        // replica could go on writing to a folder of its own.
        const others = readdirSync(folder).filter((name) => name !== SOCKET);
        if (others.length > 0 || !isSocket(socketPath))
          throw unavailable('The page’s folder must contain its socket and nothing else.');
      },
      close: () => remove(replicaId),
    };
  };
}

/** Is it a socket, and not a link to one? */
const isSocket = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;

/**
 * Several machines' ingress: the gateway reaches a replica at its address in the overlay network, and a replica reaches the control
 * API with a token of its own. The address comes from Swarm, so a replica can't replace it.
 */
export function ingressOverTcp(controlAddress: () => string): {
  openIngress: OpenIngress;
  knows: (request: http.IncomingMessage) => boolean;
} {
  const tokens = new Tokens<true>();
  return {
    knows: (request) => tokens.holderOf(request) === true,
    openIngress: (replicaId) => ({
      mounts: [],
      environment: {
        LISTEN_ADDRESS: String(LISTEN_PORT),
        CONTROL_ADDRESS: controlAddress(),
        CONTROL_TOKEN: tokens.issue(replicaId, true),
      },
      target: ({ address }) => (address === undefined ? undefined : { host: address, port: LISTEN_PORT }),
      seal: () => undefined,
      close: () => tokens.revoke(replicaId),
    }),
  };
}
