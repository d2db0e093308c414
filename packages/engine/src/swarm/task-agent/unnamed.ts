import type { Socket } from 'node:net';

/** Of each address the newest connection that hasn't said who it is: a task needs no other, and hostile ones would take all places. */
export class Unnamed {
  readonly #newest = new Map<string, Socket>();

  add(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    this.#newest.get(address)?.destroy();
    this.#newest.set(address, socket);
    socket.once('close', () => this.name(socket));
  }

  /** It has said who it is, or is gone. */
  name(socket: Socket): void {
    for (const [address, newest] of this.#newest) if (newest === socket) this.#newest.delete(address);
  }
}
