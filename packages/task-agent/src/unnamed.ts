import type { Socket } from 'node:net';

/**
 * Unregistered connections: only the newest of each address stays open. A task needs no more, and a hostile one could otherwise use up
 * all connections.
 */
export class Unnamed {
  readonly #newest = new Map<string, Socket>();

  add(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    this.#newest.get(address)?.destroy();
    this.#newest.set(address, socket);
    socket.once('close', () => this.name(socket));
  }

  /** The connection has registered, or is closed. */
  name(socket: Socket): void {
    for (const [address, newest] of this.#newest) if (newest === socket) this.#newest.delete(address);
  }
}
