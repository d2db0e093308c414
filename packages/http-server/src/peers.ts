import { readFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';

/**
 * Where a connection comes from. Publishing a port on loopback doesn't keep other machines away: engines before 28 forward packets
 * that are routed to a container's address (https://github.com/moby/moby/issues/45610). So the launcher checks the client's address.
 */
export type Peer =
  /** Loopback, or the gateway of the launcher's network: connections to ports published on loopback arrive from there. */
  | 'this-machine'
  /** A container that the operator put into the launcher's network: Prometheus, or a proxy. */
  | 'own-network'
  | 'stranger';

export class Peers {
  readonly #thisMachine = new net.BlockList();
  readonly #ownNetwork = new net.BlockList();

  /**
   * @param gateways the gateways of the launcher's networks
   * @param networks the launcher's networks in CIDR notation
   * @param alsoLocal further addresses or networks that count as this machine
   */
  constructor(gateways: readonly string[], networks: readonly string[], alsoLocal: readonly string[] = []) {
    for (const range of ['127.0.0.0/8', '::1', ...gateways, ...alsoLocal]) add(this.#thisMachine, range);
    for (const range of networks) add(this.#ownNetwork, range);
  }

  /** The peers of the container in which this program runs. */
  static ofThisContainer(alsoLocal: readonly string[]): Peers {
    const networks = Object.values(os.networkInterfaces()).flatMap((addresses) => addresses ?? []);
    return new Peers(
      gatewaysIn(readRoutes()),
      networks.flatMap(({ cidr }) => cidr ?? []),
      alsoLocal,
    );
  }

  of(address: string | undefined): Peer {
    // A connection that has already ended has no address.
    if (address === undefined || net.isIP(address) === 0) return 'stranger';
    const family = net.isIPv6(address) ? 'ipv6' : 'ipv4';
    if (this.#thisMachine.check(address, family)) return 'this-machine';
    return this.#ownNetwork.check(address, family) ? 'own-network' : 'stranger';
  }
}

/** Is it an IP address, or a network in CIDR notation? */
export function isRange(text: string): boolean {
  try {
    add(new net.BlockList(), text);
    return true;
  } catch {
    return false;
  }
}

/** The gateways of default routes in the kernel's table (`/proc/net/route`), whose addresses are little-endian hexadecimal. */
export function gatewaysIn(routes: string): string[] {
  return routes.split('\n').flatMap((line) => {
    const [, destination, gateway = ''] = line.trim().split(/\s+/);
    if (destination !== '00000000' || !/^[0-9A-F]{8}$/i.test(gateway) || gateway === '00000000') return [];
    return [[...Buffer.from(gateway, 'hex')].reverse().join('.')];
  });
}

function readRoutes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8');
  } catch {
    return '';
  }
}

function add(list: net.BlockList, range: string): void {
  const [address = '', prefix] = range.split('/');
  const family = net.isIPv6(address) ? 'ipv6' : 'ipv4';
  if (prefix === undefined) list.addAddress(address, family);
  else list.addSubnet(address, /^\d+$/.test(prefix) ? Number(prefix) : Number.NaN, family);
}
