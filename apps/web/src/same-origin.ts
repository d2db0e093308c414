/**
 * Whether a post comes from one of our own pages. Browsers say where a request comes from in two headers;
 * a request with neither isn't a browser's, and nobody's cookies are abused by it.
 */
export function isSameOrigin(headers: Headers): boolean {
  // Sent over https and from localhost only, so phones in a room are told apart by their Origin alone.
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return false;

  const origin = headers.get('origin');
  if (origin === null) return true;
  // A sandboxed frame of any site, or a browser that hides its origin: only the first header tells them apart.
  if (origin === 'null') return site === 'same-origin';
  const host = headers.get('x-forwarded-host') ?? headers.get('host');
  return host !== null && URL.canParse(origin) && sameHost(new URL(origin), host);
}

/** Browsers leave a scheme's own port out of Origin and Host alike; others may spell it out. */
function sameHost(origin: URL, host: string): boolean {
  const address = `${origin.protocol}//${host}`;
  return URL.canParse(address) && new URL(address).host === origin.host;
}
