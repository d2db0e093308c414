import net from 'node:net';
import type { Peers } from '@serverless-vote/http-server/peers';
import type { Request, RequestHandler } from 'express';
import { LauncherError } from '../model/errors.ts';

/** Lets only those requests through that are allowed; the others get `message`. */
export const only =
  (isAllowed: (request: Request) => boolean, message: string): RequestHandler =>
  (request, _response, next) => {
    if (!isAllowed(request)) throw new LauncherError('AccessDeniedException', message);
    next();
  };

/**
 * Refuses what a browser sends on behalf of another site, and names that only DNS rebinding would bring here: the control API may
 * start containers, so only this machine's own programs and pages may use it.
 */
export const refuseStrangers = (hosts: ReadonlySet<string>): RequestHandler[] => [
  only(({ headers }) => isOurs(headers.host, hosts), 'This Host name is not known here; CONTROL_HOSTS may add it.'),
  only(({ headers }) => isOurSite(headers['sec-fetch-site']), 'Requests from other sites are refused.'),
  only(
    ({ headers: { origin, host } }) => origin === undefined || origin === `http://${host}`,
    'Requests from other origins are refused.',
  ),
];

/** Refuses containers that the operator put into the launcher's network (Prometheus, say): they may read health and metrics. */
export const refuseOwnNetwork = (peers: Peers): RequestHandler =>
  only(
    ({ socket }) => peers.of(socket.remoteAddress) === 'this-machine',
    'From the launcher’s network there are /healthz and /metrics only; all else is for this machine.',
  );

const isOurSite = (site: unknown): boolean => site === undefined || site === 'same-origin' || site === 'none';

function isOurs(header: string | undefined, hosts: ReadonlySet<string>): boolean {
  const host = (header ?? '')
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  return host === 'localhost' || net.isIP(host) !== 0 || hosts.has(host);
}
