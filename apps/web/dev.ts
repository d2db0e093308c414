/**
 * Next.js in development mode for `make dev`: changes appear on the page a moment after they are saved. Does everything that the
 * gateway and `src/server.ts` do for the pages in the image, except that the content security policy admits Next's development tools.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createProxyServer } from 'http-proxy-3';
import next from 'next';
import { attend } from './src/attend.ts';
import { welcome } from './src/presenter/welcome.ts';
import { voteRoute } from './src/vote/vote-route.ts';
import { votingRoute } from './src/voting-route.ts';

// biome-ignore lint/style/noProcessEnv: what only `make dev` says; the pages' own environment is parsed in src/env.ts
const { GATEWAY_URL = 'http://127.0.0.1:8080', DEV_PORT = '3000' } = process.env;
const port = Number(DEV_PORT);

const app = next({ dev: true, dir: import.meta.dirname, hostname: 'localhost', port });
await app.prepare();
const handle = app.getRequestHandler();
const upgrade = app.getUpgradeHandler();
const gateway = createProxyServer({ target: GATEWAY_URL });
gateway.on('error', (_error, _request, response) => void response.destroy());

const server = createServer((request, response) => {
  if (request.url?.startsWith('/streams/')) return gateway.web(request, response);
  attend(request, response);
  relax(request, response);
  const isAnswered = welcome(request, response) || voteRoute(request, response) || votingRoute(request, response);
  if (!isAnswered) handle(request, response);
});
server.on('upgrade', upgrade);
server.listen(port, '127.0.0.1', () => console.log(`\n  Pages in development mode: http://localhost:${port}\n`));

/** Development mode evaluates code from strings, uses inline styles, and opens a WebSocket. */
function relax(request: IncomingMessage, response: ServerResponse): void {
  const policy = String(response.getHeader('content-security-policy'))
    .replace('script-src', "script-src 'unsafe-eval'")
    .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    .replace("connect-src 'self'", "connect-src 'self' ws:");
  request.headers['content-security-policy'] = policy;
  response.setHeader('content-security-policy', policy);
}
