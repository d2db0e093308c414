import type http from 'node:http';
import net from 'node:net';

/** Who sent a request, and over what. */
export interface Client {
  address: string;
  proto: 'http' | 'https';
}

/**
 * A proxy that the operator trusts says who its client is; anybody else could lie. It appends to what its client has sent, so only the
 * last value is its own.
 */
export function clientOf(
  { headers, socket: { remoteAddress = '' } }: Pick<http.IncomingMessage, 'headers' | 'socket'>,
  isProxy: (address: string) => boolean,
): Client {
  if (!isProxy(remoteAddress)) return { address: remoteAddress, proto: 'http' };
  const said = lastOf(headers['x-forwarded-for']);
  return {
    address: net.isIP(said) === 0 ? remoteAddress : said,
    proto: lastOf(headers['x-forwarded-proto']) === 'https' ? 'https' : 'http',
  };
}

const lastOf = (header: string | string[] | undefined): string =>
  String(header ?? '')
    .split(',')
    .at(-1)
    ?.trim() ?? '';
