import { randomBytes } from 'node:crypto';
import { chmodSync, renameSync, rmSync, statSync, watch } from 'node:fs';
import net from 'node:net';
import { dirname } from 'node:path';
import { isAnswered, listen } from './listen.ts';

/** How long to wait before checking again after another program was found there. */
const LOOK_AGAIN_MS = 1_000;

/** Another launcher already uses what this one needs. */
export class OtherLauncher extends Error {
  override name = 'OtherLauncher';
}

/**
 * A lock for what belongs to one launcher at a time, held until this process ends: only one process can listen at a path. A socket file
 * that a killed predecessor left doesn't count.
 * @throws {OtherLauncher} when another launcher holds it
 */
export async function claim(path: string): Promise<net.Server> {
  for (;;) {
    const server = net.createServer((socket) => socket.destroy());
    try {
      await listen(server, path);
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
    if (await isAnswered({ path }))
      throw new OtherLauncher(
        'Another launcher of this stack is running with the same volumes. Fix: stop that one, or give this one a STACK of its own.',
      );
    rmSync(path, { force: true });
  }
}

/**
 * Listens at `path`, and restores the socket file if it is removed or replaced, as soon as no other program answers there.
 * @returns a function that stops restoring it
 */
export async function holdSocket(server: net.Server, path: string): Promise<() => void> {
  let own = await take(server, path);
  let taking = false;
  let again: NodeJS.Timeout | undefined;
  const look = async () => {
    if (taking || inodeOf(path) === own) return;
    taking = true;
    try {
      if (await isAnswered({ path })) throw new OtherLauncher('Another program answers there.');
      own = await take(server, path);
    } catch {
      again = setTimeout(() => void look(), LOOK_AGAIN_MS);
    }
    taking = false;
  };
  const watcher = watch(dirname(path), () => void look());
  return () => {
    watcher.close();
    clearTimeout(again);
  };
}

/** Listens under a temporary name and renames it: a closing server removes its original name, which may be another server's by then. */
async function take(server: net.Server, path: string): Promise<number | undefined> {
  const first = `${path}.${randomBytes(4).toString('hex')}`;
  if (server.listening) server.close();
  await listen(server, first);
  // Any uid may connect; access is controlled by which container has the folder mounted.
  chmodSync(first, 0o777);
  renameSync(first, path);
  return inodeOf(path);
}

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;
