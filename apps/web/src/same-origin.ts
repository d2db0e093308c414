import type { IncomingHttpHeaders } from 'node:http';

/**
 * Does a POST come from one of our own pages? Browsers send the origin of a request in two headers; a request with
 * neither isn't a browser's, so it can't abuse a visitor's cookies.
 */
export function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  // Sent only over HTTPS and to localhost, so for phones in a room only Origin is available.
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;

  const { origin } = headers;
  if (origin === undefined) return true;
  // A sandboxed frame of any site, or a browser that hides its origin: only the first header can distinguish them.
  if (origin === 'null') return site === 'same-origin';
  const host = headers['x-forwarded-host']?.toString() ?? headers.host;
  return host !== undefined && URL.canParse(origin) && sameHost(new URL(origin), host);
}

/** Browsers omit a scheme's default port in Origin and Host; other clients may include it. */
function sameHost(origin: URL, host: string): boolean {
  const address = `${origin.protocol}//${host}`;
  return URL.canParse(address) && new URL(address).host === origin.host;
}
