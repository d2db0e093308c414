import net from 'node:net';

const MINUTE_MS = 60_000;
/** How many addresses are remembered; the least recently used one is forgotten first. */
const REMEMBERED = 50_000;

/**
 * Limits how many requests a minute one address may send: a burst of that many, and then one in each fraction of the minute
 * (GCRA, https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm). The state per address is one number.
 */
export class AddressRate {
  readonly perMinute: number;
  readonly #now: () => number;
  /** Address → its theoretical arrival time in GCRA, in the order of the addresses' last requests. */
  readonly #paidOffAt = new Map<string, number>();

  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.perMinute = perMinute;
    this.#now = now;
  }

  get remembered(): number {
    return this.#paidOffAt.size;
  }

  /** Counts a request. @returns 0 if it is within the rate, else the whole seconds until one will be; a refused request isn't counted */
  take(address: string): number {
    const now = this.#now();
    const whose = ownerOf(address);
    const paidOffAt = Math.max(now, this.#paidOffAt.get(whose) ?? 0) + MINUTE_MS / this.perMinute;
    const tooEarlyMs = paidOffAt - now - MINUTE_MS;
    // A tolerance for rounding errors.
    if (tooEarlyMs > 0.001) return Math.ceil(tooEarlyMs / 1000);
    this.#paidOffAt.delete(whose);
    this.#paidOffAt.set(whose, paidOffAt);
    for (const [oldest, at] of this.#paidOffAt) {
      if (at > now && this.#paidOffAt.size <= REMEMBERED) break;
      this.#paidOffAt.delete(oldest);
    }
    return 0;
  }
}

/** The client behind an address: an IPv4 address counts as it is, an IPv6 address by its /64, because a household gets a whole /64. */
export function ownerOf(address: string): string {
  const [bare = ''] = address.split('%', 1);
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(bare)?.[1];
  if (mapped !== undefined && net.isIPv4(mapped)) return mapped;
  if (!net.isIPv6(bare)) return bare;
  // URL normalizes the address: hexadecimal groups without leading zeros, an embedded IPv4 address as two of them.
  const [head = '', tail = ''] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::');
  const groups = (half: string) => half.split(':').filter((group) => group !== '');
  const [front, back] = [groups(head), groups(tail)];
  const zeros = Array<string>(8)
    .fill('0')
    .slice(front.length + back.length);
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
}
