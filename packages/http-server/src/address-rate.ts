import net from 'node:net';

const MINUTE_MS = 60_000;
/** Addresses that are remembered at once; the one whose last request is the longest ago is forgotten first. */
const REMEMBERED = 50_000;

/**
 * How many requests a minute one address may send: that many at once, and then one each time that a share of the minute is over
 * (GCRA, https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm). An address costs one number.
 */
export class AddressRate {
  readonly perMinute: number;
  readonly #now: () => number;
  /** Address → when all that it has sent is paid off, in the order of their last request. */
  readonly #paidOffAt = new Map<string, number>();

  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.perMinute = perMinute;
    this.#now = now;
  }

  get remembered(): number {
    return this.#paidOffAt.size;
  }

  /** Counts a request. @returns 0 when it is within the rate, else the whole seconds until the next one will be; that one isn't counted */
  take(address: string): number {
    const now = this.#now();
    const whose = ownerOf(address);
    const paidOffAt = Math.max(now, this.#paidOffAt.get(whose) ?? 0) + MINUTE_MS / this.perMinute;
    const tooEarlyMs = paidOffAt - now - MINUTE_MS;
    // A thousandth is what adding fractions may be wrong by.
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

/** Who stands behind an address: an IPv4 address is one, of an IPv6 address its /64, since a household has one of those. */
export function ownerOf(address: string): string {
  const [bare = ''] = address.split('%', 1);
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(bare)?.[1];
  if (mapped !== undefined && net.isIPv4(mapped)) return mapped;
  if (!net.isIPv6(bare)) return bare;
  // As a URL's host all numbers are hexadecimal, without leading zeros, and an IPv4 address at the end is two of them.
  const [head = '', tail = ''] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::');
  const groups = (half: string) => half.split(':').filter((group) => group !== '');
  const [front, back] = [groups(head), groups(tail)];
  const zeros = Array<string>(8)
    .fill('0')
    .slice(front.length + back.length);
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
}
