import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { LauncherError } from './errors.ts';
import type { OpenIngress } from './ingress.ts';

/** One machine's ingress: a Unix socket for each replica, in a folder that only this replica and the launcher have mounted. */
export function ingressBySocket(directory: string): OpenIngress {
  return (replicaId) => {
    const folder = `${directory}/${replicaId}`;
    const socketPath = `${folder}/web.sock`;
    // The container writes its socket into this folder, as a uid of its own; nobody else has the folder.
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    return {
      doors: [
        { volume: 'ingress', folder: replicaId, target: '/run/web', readOnly: false },
        { volume: 'control', target: '/run/control', readOnly: true },
      ],
      environment: { LISTEN_ADDRESS: '/run/web/web.sock', CONTROL_ADDRESS: '/run/control/control.sock' },
      target: () => (isSocket(socketPath) ? { socketPath } : undefined),
      seal() {
        // A link to a socket that only the launcher can reach, the engine's say, would open that to the public.
        chmodSync(folder, 0o755);
        if (!isSocket(socketPath))
          throw new LauncherError('ServiceException', 'What the page listens on is no socket.');
      },
      close: () => rmSync(folder, { recursive: true, force: true }),
    };
  };
}

/** Is it a socket itself, not a link to one? */
const isSocket = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
