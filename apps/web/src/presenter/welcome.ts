import type { IncomingMessage, ServerResponse } from 'node:http';
import { isPresentersKey, setPresenter } from './presenter.ts';

/**
 * Answers who opens the live page with a key: the key leaves the address at once, before a projector shows it or the
 * browser keeps it, and the right one becomes a cookie. Returns whether it has answered.
 */
export function welcome({ url = '/', method }: IncomingMessage, response: ServerResponse): boolean {
  const { pathname, searchParams } = URL.parse(url, 'http://web') ?? new URL('http://web');
  const key = searchParams.get('key');
  if (method !== 'GET' || pathname !== '/live' || key === null) return false;
  const right = isPresentersKey(key);
  if (right) response.setHeader('set-cookie', setPresenter());
  response.writeHead(303, { location: right ? '/live' : '/live?presenter=unknown', 'cache-control': 'no-store' }).end();
  return true;
}
