import { once } from 'node:events';
import net from 'node:net';

/** In a network, a connection attempt may never be answered. */
const CONNECT_MS = 1_000;

/** Another program listens on a port that this one needs. */
export class PortTaken extends Error {
  override name = 'PortTaken';
}

/**
 * Resolves when the server listens at a path, or on a port (on all addresses if no host is given).
 * @throws {PortTaken} naming the port; the system's error in all other cases
 */
export async function listen(server: net.Server, at: string | number, host?: string): Promise<void> {
  const listening = once(server, 'listening');
  if (typeof at === 'string') server.listen(at);
  else server.listen(at, host);
  try {
    await listening;
  } catch (error) {
    if (typeof at === 'string' || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const message = `Port ${at} is taken: another program listens on it. Fix: stop that program.`;
    throw new PortTaken(message, { cause: error });
  }
}

/** Does a program accept connections there now? */
export async function isAnswered(at: net.NetConnectOpts): Promise<boolean> {
  const socket = net.connect(at);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
