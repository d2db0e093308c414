import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { LauncherError } from '../model/errors.ts';
import type { OpenIngress } from './ingress.ts';

const SOCKET = 'web.sock';

/**
 * One machine's ingress: a Unix socket for each replica, in a folder that only this replica and the launcher have mounted.
 * @param remove a folder, with whatever a replica has left in it
 */
export function ingressBySocket(directory: string, remove: (folder: string) => void): OpenIngress {
  return (replicaId) => {
    const folder = `${directory}/${replicaId}`;
    const socketPath = `${folder}/${SOCKET}`;
    // The container writes its socket into this folder, as a uid of its own; nobody else has the folder.
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    return {
      mounts: [
        { volume: 'ingress', folder: replicaId, target: '/run/web', readOnly: false },
        { volume: 'control', target: '/run/control', readOnly: true },
      ],
      environment: { LISTEN_ADDRESS: '/run/web/web.sock', CONTROL_ADDRESS: '/run/control/control.sock' },
      target: () => (isSocket(socketPath) ? { socketPath } : undefined),
      seal() {
        chmodSync(folder, 0o755);
        // A link to a socket that only the launcher can reach, the engine's say, would open that to the public; in a folder of its
        // own the replica could go on writing.
        const others = readdirSync(folder).filter((name) => name !== SOCKET);
        if (others.length > 0 || !isSocket(socketPath))
          throw new LauncherError('ServiceException', 'The page left something else than its socket where it listens.');
      },
      close: () => remove(replicaId),
    };
  };
}

/** Is it a socket itself, not a link to one? */
const isSocket = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
