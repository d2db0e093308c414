import { createServer } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';

/** The port that the catalog names for this service. */
const PORT = 8080;

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const files = sirv(join(__dirname, 'site'), {
  etag: true,
  setHeaders: (response) => response.setHeaders(new Map(Object.entries(HEADERS))),
});

const server = createServer((request, response) =>
  files(request, response, () => {
    response.writeHead(404, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' });
    response.end('<!doctype html><title>Not found</title><p>There is no such page. <a href="/">All labs</a></p>');
  }),
);
server.listen(PORT);
process.once('SIGTERM', () => server.close());
