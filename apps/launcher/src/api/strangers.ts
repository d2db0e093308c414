import net from 'node:net';
import type { NextFunction, Request, Response } from 'express';
import { LauncherError } from '../model/errors.ts';

/**
 * Refuses what a browser sends on behalf of another site, and names that only DNS rebinding would bring here: the control API may
 * start containers, so only this machine's own programs and pages may use it.
 */
export function refuseStrangers(hosts: ReadonlySet<string>) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const site = request.headers['sec-fetch-site'];
    const origin = request.headers.origin;
    const host = hostName(request.headers.host ?? '');
    if (!isOurs(host, hosts))
      throw new LauncherError('AccessDeniedException', 'This Host name is not known here; CONTROL_HOSTS may add it.');
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      throw new LauncherError('AccessDeniedException', 'Requests from other sites are refused.');
    if (origin !== undefined && origin !== `http://${request.headers.host}`)
      throw new LauncherError('AccessDeniedException', 'Requests from other origins are refused.');
    next();
  };
}

const hostName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
const isOurs = (host: string, hosts: ReadonlySet<string>): boolean =>
  host === 'localhost' || net.isIP(host) !== 0 || hosts.has(host);
