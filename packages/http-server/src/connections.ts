import type { Socket } from 'node:net';
import { ownerOf } from './address-rate.ts';

/** What a connection does: nothing, a request in progress, or a stream. */
export type Occupation = 'idle' | 'working' | 'streaming';

interface Address {
  count: number;
  /** States in which a connection can be closed; the one that has been in its state longest goes first. */
  idle: Set<Socket>;
  streaming: Set<Socket>;
}

/**
 * The open connections. When the limit is reached, a new connection displaces one that isn't needed: one of the address with the most
 * connections, so that one visitor can't lock others out; an idle one before a stream, because a browser silently reopens it; and a stream
 * before a request, because a browser reconnects a stream and gets the newest state, but shows an error for a page.
 */
export class Connections {
  readonly #limit: number;
  readonly #addresses = new Map<string, Address>();
  readonly #of = new Map<Socket, { address: string; occupation: Occupation }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Accepts a new connection, or closes it when all others have requests in progress. */
  add(socket: Socket): void {
    if (this.#of.size >= this.#limit && !this.#makeRoom()) return void socket.destroy();
    const address = ownerOf(socket.remoteAddress ?? '');
    const there = this.#addresses.get(address) ?? { count: 0, idle: new Set(), streaming: new Set() };
    there.count += 1;
    there.idle.add(socket);
    this.#addresses.set(address, there);
    this.#of.set(socket, { address, occupation: 'idle' });
    socket.once('close', () => this.#remove(socket));
  }

  set(socket: Socket, occupation: Occupation): void {
    const known = this.#of.get(socket);
    const there = known && this.#addresses.get(known.address);
    if (!known || !there || known.occupation === occupation) return;
    if (known.occupation !== 'working') there[known.occupation].delete(socket);
    if (occupation !== 'working') there[occupation].add(socket);
    known.occupation = occupation;
  }

  #makeRoom(): boolean {
    const heaviest = [...this.#addresses.values()].toSorted((a, b) => b.count - a.count);
    for (const { idle, streaming } of heaviest) {
      const [victim] = idle.size > 0 ? idle : streaming;
      if (!victim) continue;
      // Its `close` event comes later, but its place is needed now.
      this.#remove(victim);
      victim.destroy();
      return true;
    }
    return false;
  }

  #remove(socket: Socket): void {
    const known = this.#of.get(socket);
    const there = known && this.#addresses.get(known.address);
    if (!known || !there) return;
    this.#of.delete(socket);
    if (known.occupation !== 'working') there[known.occupation].delete(socket);
    there.count -= 1;
    if (there.count === 0) this.#addresses.delete(known.address);
  }
}
