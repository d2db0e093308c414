import { createServer, type Server } from 'node:http';
import sirv from 'sirv';

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Serves the files of a folder. */
export function siteServer(folder: string): Server {
  const files = sirv(folder, {
    etag: true,
    setHeaders: (response) => response.setHeaders(new Map(Object.entries(HEADERS))),
  });
  return createServer((request, response) => {
    // Nobody needs a part of a page, and a range that ends before it starts would end this program.
    delete request.headers.range;
    files(request, response, () => {
      response.writeHead(404, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>Not found</title><p>There is no such page. <a href="/">All labs</a></p>');
    });
  });
}
