import { randomBytes } from 'node:crypto';
import { chmodSync, renameSync, rmSync, statSync, watch } from 'node:fs';
import net from 'node:net';
import { dirname } from 'node:path';
import { isAnswered, listen } from './listen.ts';

/** What holds a socket looks again so long after it found somebody else there. */
const LOOK_AGAIN_MS = 1_000;

/** Somebody else is where this launcher wants to be. */
export class OtherLauncher extends Error {
  override name = 'OtherLauncher';
}

/**
 * Claims what belongs to one launcher at a time, for as long as this process lives: nobody can listen twice at one path. The file that
 * a killed predecessor left is no claim.
 * @throws {OtherLauncher} when another one lives
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
 * Listens at `path`, and goes on doing so when the file is taken away or another one put in its place: as soon as nobody else answers
 * there. Returns how to let go.
 */
export async function holdSocket(server: net.Server, path: string): Promise<() => void> {
  let own = await take(server, path);
  let taking = false;
  let again: NodeJS.Timeout | undefined;
  const look = async () => {
    if (taking || inodeOf(path) === own) return;
    taking = true;
    try {
      if (await isAnswered({ path })) throw new OtherLauncher('Somebody else answers there.');
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

/** Under a name of its own first: a server that ends removes the name that it began with, which may be another's by then. */
async function take(server: net.Server, path: string): Promise<number | undefined> {
  const first = `${path}.${randomBytes(4).toString('hex')}`;
  if (server.listening) server.close();
  await listen(server, first);
  // Whether other uids can reach it is decided by who has its folder mounted.
  chmodSync(first, 0o777);
  renameSync(first, path);
  return inodeOf(path);
}

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;
