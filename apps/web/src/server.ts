/**
 * The web container's program: Next.js behind the gateway, on a Unix socket where possible.
 * It replaces the `server.js` of Next's standalone output, which can listen on ports only.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { attend } from './attend.ts';
import { env } from './env.ts';
import { logPosts } from './log-posts.ts';
import { pages } from './pages.ts';
import { welcome } from './presenter/welcome.ts';
import { turnAway } from './turn-away.ts';
import { voteRoute } from './vote/vote-route.ts';
import { votingRoute } from './voting-route.ts';

/** How long requests in flight may still take after SIGTERM. */
const DRAIN_MS = 8_000;

const { LISTEN_ADDRESS } = env();
const isSocket = LISTEN_ADDRESS.startsWith('/');

const server = createServer((request, response) => {
  logPosts(request, response);
  attend(request, response);
  const isAnswered =
    welcome(request, response) ||
    voteRoute(request, response) ||
    votingRoute(request, response) ||
    turnAway(request, response);
  if (!isAnswered) void pages(request, response);
});
// The gateway keeps its connections alive, and it should be the one that closes them.
server.keepAliveTimeout = 75_000;

if (isSocket) rmSync(LISTEN_ADDRESS, { force: true });
server.listen(isSocket ? { path: LISTEN_ADDRESS } : { port: Number(LISTEN_ADDRESS) }, () => {
  // The gateway runs as another user; access is controlled by the folder.
  if (isSocket) chmodSync(LISTEN_ADDRESS, 0o777);
  console.log(`web listens on ${LISTEN_ADDRESS} after ${Math.round(performance.now())} ms`);
});

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  // The gateway's connections are kept alive, so each is closed as soon as its last request is answered.
  setInterval(() => server.closeIdleConnections(), 20);
  setTimeout(() => process.exit(0), DRAIN_MS);
});
