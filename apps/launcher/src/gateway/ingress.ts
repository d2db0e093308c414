import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import type http from 'node:http';
import type { Mount, SandboxSpec, StartedSandbox } from '@serverless-vote/engine';
import { Tokens } from '@serverless-vote/http-server/tokens';
import { unavailable } from '../model/errors.ts';

const SOCKET = 'web.sock';
const MOUNTED_AT = '/run/web';
const LISTEN_PORT = 3000;

/** Where the gateway reaches a replica. */
export type Target = { socketPath: string } | { host: string; port: number };

/** How a replica and the launcher reach each other. */
export interface Ingress {
  relay?: SandboxSpec['relay'];
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

/** @param port where the replica listens, unless it is web's */
export type OpenIngress = (replicaId: string, port?: number) => Ingress;

/**
 * One machine's ingress: a Unix socket for each replica, in a folder that only this replica, or its relay, and the launcher have mounted.
 * @param remove removes a folder and all files that a replica left in it
 */
export function ingressBySocket(directory: string, remove: (folder: string) => void): OpenIngress {
  return (replicaId, port) => {
    const folder = `${directory}/${replicaId}`;
    const socketPath = `${folder}/${SOCKET}`;
    // The container creates its socket in this folder, under its own uid; no other container has the folder mounted.
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const mount: Mount = { volume: 'ingress', folder: replicaId, target: MOUNTED_AT, readOnly: false };
    const ofWeb = {
      mounts: [mount, { volume: 'control' as const, target: '/run/control', readOnly: true }],
      environment: { LISTEN_ADDRESS: `${MOUNTED_AT}/${SOCKET}`, CONTROL_ADDRESS: '/run/control/control.sock' },
    };
    // Only the relay has the folder mounted.
    const relayed = (to: number) => ({
      relay: { from: `${MOUNTED_AT}/${SOCKET}`, to, mounts: [mount] },
      mounts: [],
      environment: {},
    });
    return {
      ...(port === undefined ? ofWeb : relayed(port)),
      target: () => (isSocket(socketPath) ? { socketPath } : undefined),
      seal() {
        chmodSync(folder, 0o755);
        // A link to a socket that only the launcher can reach (the Docker socket, for example) would expose that to the public; and the
        // replica could go on writing to a folder of its own.
        const others = readdirSync(folder).filter((name) => name !== SOCKET);
        if (others.length > 0 || !isSocket(socketPath))
          throw unavailable('The folder of a service’s socket must contain that socket and nothing else.');
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
  const ofWeb = (replicaId: string) => ({
    LISTEN_ADDRESS: String(LISTEN_PORT),
    CONTROL_ADDRESS: controlAddress(),
    CONTROL_TOKEN: tokens.issue(replicaId, true),
  });
  return {
    knows: (request) => tokens.holderOf(request) === true,
    openIngress: (replicaId, port) => ({
      // The gateway is in the network of a service's program, and connects to it itself.
      ...(port !== undefined && { relay: { from: '', to: port, mounts: [] } }),
      mounts: [],
      environment: port === undefined ? ofWeb(replicaId) : {},
      target: ({ address }) => (address === undefined ? undefined : { host: address, port: port ?? LISTEN_PORT }),
      seal: () => undefined,
      close: () => tokens.revoke(replicaId),
    }),
  };
}
