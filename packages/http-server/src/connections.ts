import type { Socket } from 'node:net';
import { ownerOf } from './address-rate.ts';

/** What a connection does: nothing, an answer that is being made or taken, or a stream that lasts. */
export type Occupation = 'idle' | 'working' | 'streaming';

interface Address {
  count: number;
  /** Those that can be closed without harm, longest in this state first. */
  idle: Set<Socket>;
  streaming: Set<Socket>;
}

/**
 * Who is connected. When a newcomer finds every place taken, a connection that isn't needed is closed for it: of the address that has
 * the most, so that one visitor can't lock others out; an idle one before a stream, since its browser opens another without a word; and
 * a stream before a newcomer, since its browser reconnects and gets the newest state, whereas one who asks for a page would get nothing.
 */
export class Connections {
  readonly #limit: number;
  readonly #addresses = new Map<string, Address>();
  readonly #of = new Map<Socket, { address: string; occupation: Occupation }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a newcomer in, or closes it when all others are at work. */
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
      // Its `close` comes later, and its place is needed now.
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
