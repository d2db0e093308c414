import type { IncomingMessage, ServerResponse } from 'node:http';
import { isPresentersKey, setPresenter } from './presenter.ts';

/** The presenter's pages. */
const PAGES = ['/live', '/present'];

/**
 * Handles requests for the presenter's pages with a key: redirects at once to an address without the key, before a projector shows it or
 * the browser stores it, and turns a valid key into a cookie. Returns whether it has answered.
 */
export function welcome({ url = '/', method }: IncomingMessage, response: ServerResponse): boolean {
  const { pathname, searchParams } = URL.parse(url, 'http://web') ?? new URL('http://web');
  const key = searchParams.get('key');
  if (method !== 'GET' || !PAGES.includes(pathname) || key === null) return false;
  const right = isPresentersKey(key);
  if (right) response.setHeader('set-cookie', setPresenter());
  response
    .writeHead(303, { location: right ? pathname : `${pathname}?presenter=unknown`, 'cache-control': 'no-store' })
    .end();
  return true;
}
