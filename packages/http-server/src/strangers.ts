import type { IncomingHttpHeaders } from 'node:http';
import net from 'node:net';

/**
 * Why a request is refused: a browser sent it on behalf of another site, or to a host name that only DNS rebinding would lead here.
 * Undefined for requests of this machine's own programs and pages. @param hosts known names besides localhost and addresses
 */
export function whyStranger(headers: IncomingHttpHeaders, hosts: ReadonlySet<string>): string | undefined {
  const { host, origin, 'sec-fetch-site': site = 'none' } = headers;
  if (!isKnown(host, hosts)) return 'This Host name is not known here; CONTROL_HOSTS may add it.';
  if (site !== 'same-origin' && site !== 'none') return 'Requests from other sites are refused.';
  return origin === undefined || origin === `http://${host}` ? undefined : 'Requests from other origins are refused.';
}

function isKnown(header: string | undefined, hosts: ReadonlySet<string>): boolean {
  const host = (header ?? '')
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  return host === 'localhost' || net.isIP(host) !== 0 || hosts.has(host);
}
